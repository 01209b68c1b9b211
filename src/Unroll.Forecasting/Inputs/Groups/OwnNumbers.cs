namespace Unroll.Forecasting;

/// <summary>An input of the user's own in the scale of the training rows.</summary>
/// <param name="Input">What writes its numbers.</param>
/// <param name="Scales">One a number.</param>
internal sealed record OwnInput(ForecastInput Input, IReadOnlyList<ScaledColumn> Scales)
{
    /// <summary>An input in the scale of the training rows of a split.</summary>
    public static OwnInput Fit(ForecastSplit split, ForecastInput input)
    {
        int count = split.Train.Count;
        var rows = new InputRows(
            split.Train.DateSpan.ToArray(), split.Table.IsNumbered, input.Columns, name => split.Table[name].Values[..count].ToArray());
        return new OwnInput(input, [.. input.Numbers(rows, count).Select(numbers => ScaledColumn.Fit(input.Name, numbers))]);
    }
}

/// <summary>An input of the user's own: see <see cref="ForecastInput"/>.</summary>
internal sealed class OwnNumbers(OwnInput own) : KnownNumbers
{
    private double[][] _columns = [];

    public override int LinearCount => own.Scales.Count;

    public override InputGroup Group => InputGroup.Own;

    public override Contribution Contribution => own.Input.Contribution;

    public override string? InWords => own.Input.Name;

    public override bool IsSound => own.Scales.Count == own.Input.Count;

    public override IEnumerable<InputKey> Keys => [new InputKey(Group, own.Input.Name)];

    public override void Read(InputFrame frame)
    {
        var rows = new InputRows(frame.Dates, frame.Table.IsNumbered, own.Input.Columns, name => KnownColumns.Values(frame, name));
        _columns = [.. own.Input.Numbers(rows, frame.Rows).Zip(own.Scales, (numbers, scale) => scale.ApplyKnown(numbers))];
    }

    public override void WriteLinear(InputFrame frame, int origin, int row, Span<double> inputs)
    {
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = _columns[i][row];
    }

    public override InputNumbers Move(InputFrame frame, in InputMove move)
    {
        InputMove moved = move;
        return move.Key.Group != Group || move.Key.Name != own.Input.Name
            ? this
            : new OwnNumbers(own) { _columns = Array.ConvertAll(_columns, column => From(column, 1, moved)) };
    }

    public override IEnumerable<bool> KeptIn(InputPlan part) =>
        Enumerable.Repeat(part.Own?.Any(other => other.Input == own.Input) ?? false, Channels);

    public override InputPlan WithoutGiven(InputPlan plan, IReadOnlyList<InputPlan> others)
    {
        OwnInput[] left = [.. plan.Own!.Where(each => !others.Any(other => other.Own?.Any(given => given.Input == each.Input) ?? false))];
        return plan with { Own = left.Length > 0 ? left : null };
    }

    public static IEnumerable<Func<InputPlan, InputPlan>> Choices(ForecastSplit split) =>
        split.Inputs.Own.Select(input => Choice(OwnInput.Fit(split, input)));

    private static Func<InputPlan, InputPlan> Choice(OwnInput fitted) => plan => plan with { Own = [.. plan.Own ?? [], fitted] };
}
