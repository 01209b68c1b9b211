namespace Unroll.Forecasting;

/// <summary>Public holidays: see <see cref="HolidayFeatures"/>.</summary>
/// <param name="holidays">Null for none.</param>
internal sealed class HolidayNumbers(HolidayFeatures? holidays) : KnownNumbers
{
    private double[][] _columns = [];

    /// <summary>How many rows after the origin the days lie whose holidays a linear model sees.</summary>
    private int _shift;

    public override int LinearCount => holidays?.Count ?? 0;

    public override int FurtherCount => holidays?.Days ?? 0;

    public override InputGroup Group => InputGroup.Holidays;

    public override Contribution Contribution => Contribution.Holidays;

    public override string? InWords => holidays is null ? null : $"the holidays of {holidays.Country}";

    public override bool IsSound => holidays is not { IsValid: false };

    public override void Read(InputFrame frame) =>
        _columns = holidays is null ? [] : DateColumns.Of(holidays.Count, frame.Dates, holidays.Write);

    public override void WriteLinear(InputFrame frame, int origin, int row, Span<double> inputs)
    {
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = _columns[i][row];
    }

    public override void WriteFurther(InputFrame frame, int origin, int row, Span<double> inputs) =>
        holidays!.WriteDays(frame.Dates[origin + _shift], inputs);

    public override InputNumbers Move(InputFrame frame, in InputMove move)
    {
        InputMove own = move;
        return move.Key.Group != Group ? this : new HolidayNumbers(holidays)
        {
            _columns = Array.ConvertAll(_columns, column => From(column, 1, own)),
            _shift = move.Other - move.Origin,
        };
    }

    public override IEnumerable<bool> KeptIn(InputPlan part) => Enumerable.Repeat(part.Holidays is not null, Channels);

    public override InputPlan WithoutGiven(InputPlan plan, IReadOnlyList<InputPlan> others) =>
        others.Any(other => other.Holidays == plan.Holidays) ? plan with { Holidays = null } : plan;

    /// <summary>
    /// Holidays all alike, then each with an effect of its own, and then what else holidays before the origin do: the values that are seen
    /// were unusual there.
    /// </summary>
    public static IEnumerable<Func<InputPlan, InputPlan>> Choices(ForecastSplit split)
    {
        if (split.Inputs.Holidays is not { } country || HolidayFeatures.For(country, split.Train.DateSpan) is not { } holidays)
            yield break;
        yield return plan => plan with { Holidays = holidays with { Names = [] } };
        if (holidays.Names.Count > 0)
            yield return plan => plan with { Holidays = holidays };
        if (holidays.IsOfDays)
            yield return plan => plan.Holidays is { } own ? plan with { Holidays = own with { Days = HolidayFeatures.DaysSeen } } : plan;
    }
}
