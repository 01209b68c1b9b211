using System.Numerics.Tensors;

namespace Unroll.Forecasting;

/// <summary>The calendar: see <see cref="CalendarFeatures"/>.</summary>
/// <param name="calendar">Null for none.</param>
internal sealed class CalendarNumbers(CalendarFeatures? calendar) : KnownNumbers
{
    private double[][] _columns = [];

    public override int LinearCount => calendar?.Count ?? 0;

    public override InputGroup Group => InputGroup.Calendar;

    public override Contribution Contribution => Contribution.Season;

    public override string? InWords => calendar is null ? null : "the calendar";

    public override IEnumerable<InputKey> Keys => calendar is null ? [] : [new InputKey(Group)];

    public override void Read(InputFrame frame) =>
        _columns = calendar is null ? [] : DateColumns.Of(calendar.Count, frame.Dates, calendar.Write);

    public override void WriteLinear(InputFrame frame, int origin, int row, Span<double> inputs)
    {
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = _columns[i][row];
    }

    public override void WriteUsual(InputFrame frame, Span<double> usual)
    {
        for (int i = 0; i < _columns.Length; i++)
            usual[i] = TensorPrimitives.Sum<double>(_columns[i].AsSpan(0, frame.Rows)) / frame.Rows;
    }

    public override InputNumbers Move(InputFrame frame, in InputMove move)
    {
        InputMove own = move;
        return move.Key.Group != Group ? this : new CalendarNumbers(calendar)
        {
            _columns = Array.ConvertAll(_columns, column => From(column, 1, own)),
        };
    }

    public override IEnumerable<bool> KeptIn(InputPlan part) => Enumerable.Repeat(part.Calendar is not null, Channels);

    public override InputPlan WithoutGiven(InputPlan plan, IReadOnlyList<InputPlan> others) =>
        plan.KeepsCalendarFromNetworks || others.Any(other => other.Calendar == plan.Calendar) ? plan with { Calendar = null } : plan;

    /// <summary>
    /// The calendar with the seasons that go with it, then, where it was seen for less than two years, what a linear model can do without.
    /// </summary>
    public static IEnumerable<Func<InputPlan, InputPlan>> Choices(ForecastSplit split)
    {
        if (!split.Inputs.Calendar)
            yield break;
        ReadOnlySpan<DateTime> dates = split.Train.DateSpan;
        var calendar = CalendarFeatures.For(dates);
        bool isShort = (dates[^1] - dates[0]).TotalDays < 2 * 365;
        int[] seasons = SeasonNumbers.Periods(split);
        if (calendar.Count > 0 || seasons.Length > 0)
        {
            yield return plan => plan with
            {
                Calendar = calendar.Count > 0 ? calendar : null,
                Seasons = plan.Season > 1 ? seasons : [],
                KeepsCalendarFromNetworks = isShort,
            };
        }

        // What a linear model can do without stays where networks see it: they do more with it.
        if (isShort && seasons.Length > 0)
            yield return plan => plan.Season > 1 ? plan with { Calendar = null, Seasons = seasons } : plan;
        if (isShort && calendar is { TimeOfDay: true, Weekday: true })
            yield return plan => plan.Calendar is { } own ? plan with { Calendar = own with { Weekday = false } } : plan;
    }
}
