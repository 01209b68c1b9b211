namespace Unroll.Forecasting;

/// <summary>Numbers that are the same on all rows of a series, which networks see beside each: see <see cref="StaticInputs"/>.</summary>
internal sealed class StaticNumbers(IReadOnlyList<double> constants) : InputNumbers
{
    public override int LinearCount => 0;

    public override int Channels => constants.Count;

    public override InputGroup Group => InputGroup.Static;

    public override Contribution Contribution => Contribution.Networks;

    public override void WriteLinear(InputFrame frame, int origin, int row, Span<double> inputs)
    {
    }

    public override void WriteChannels(InputFrame frame, int origin, int row, Span<float> channels)
    {
        for (int i = 0; i < channels.Length; i++)
            channels[i] = (float)constants[i];
    }

    public override IEnumerable<bool> KeptIn(InputPlan part) => Enumerable.Repeat(part.Constants.Count > 0, Channels);

    public override InputPlan WithoutGiven(InputPlan plan, IReadOnlyList<InputPlan> others) =>
        others.Count == 0 ? plan : plan with { Constants = [] };
}
