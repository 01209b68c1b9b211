namespace Unroll.Forecasting;

/// <summary>What one target of one series is forecast with: least squares, corrected by networks that it shares with other parts.</summary>
internal sealed class EnsembleModel : PartModel
{
    public required RidgeWeights Linear { get; init; }

    public required IReadOnlyList<Model> Networks { get; init; }

    /// <summary>What the networks' outputs are multiplied by, [H]: the deviation of what the linear model left in training.</summary>
    public required double[] Scales { get; init; }

    public required Strategy Strategy { get; init; }

    public required ForecastHead Head { get; init; }

    /// <summary>H; a recursive forecast has a plan for one row ahead.</summary>
    public required int Horizon { get; init; }

    /// <summary>The models of all targets of the series, this one among them, in their order.</summary>
    public IReadOnlyList<EnsembleModel> Siblings { get; private set; } = [];

    /// <summary>What the networks look at.</summary>
    public JointInputs Inputs { get; private set; } = null!;

    public override bool HasHead => Head != ForecastHead.None;

    public override int NeededRows => Siblings.Max(model => InputFrame.FirstOriginOf(model.Linear.Plan)) + 1;

    /// <summary>Makes the models of all targets of a series known to each other.</summary>
    public static EnsembleModel[] Together(EnsembleModel[] models)
    {
        var inputs = JointInputs.Of([.. models.Select(model => model.Linear.Plan)]);
        foreach (EnsembleModel model in models)
            (model.Siblings, model.Inputs) = (models, inputs);
        return models;
    }

    /// <summary>The same for a series that other constants tell from others.</summary>
    public EnsembleModel WithConstants(double[] constants)
    {
        EnsembleModel[] models = Together(
            [.. Siblings.Select(model => model.With(model.Linear with { Plan = model.Linear.Plan with { Constants = constants } }))]);
        return models[IndexOf(this)];
    }

    public override RawForecast Ahead(TimeSeries table, int first, int count, int steps)
    {
        InputFrame[] frames = [.. Siblings.Select(model => new InputFrame(table, model.Linear.Plan, Horizon))];
        return Ahead(frames, first, count, steps)[IndexOf(this)];
    }

    /// <summary>The forecasts of all targets of the series from origins that follow one another.</summary>
    /// <param name="frames">One a target.</param>
    /// <param name="first">The first origin.</param>
    /// <param name="count">How many origins.</param>
    /// <param name="steps">How many of the H rows ahead.</param>
    public RawForecast[] Ahead(InputFrame[] frames, int first, int count, int steps)
    {
        if (Strategy == Strategy.Recursive)
            return Recursion.Ahead(Siblings, frames, first, count, steps);
        return Direct(new SideBySideSamples(Inputs, frames, first, count, null), frames, first, count, steps);
    }

    /// <summary>What is left beside the parts that least squares says is the networks'; see <see cref="LinearContributions"/>.</summary>
    public override double[][] Contributions(TimeSeries table, int first, int origin, int steps)
    {
        InputFrame[] frames = [.. Siblings.Select(model => new InputFrame(table, model.Linear.Plan, Horizon))];
        int own = IndexOf(this);
        double[][] rows = Strategy == Strategy.Recursive
            ? LinearContributions.Recursive(Siblings, frames, origin, steps, own)
            : LinearContributions.Direct(frames[own], Linear, origin, steps);
        return ContributionRows.WithRest(rows, Ahead(frames, origin, 1, steps)[own].Values[0], Contribution.Networks);
    }

    public override PermutedInputs Permute(TimeSeries table, int[] origins, int steps)
    {
        InputFrame[] frames = [.. Siblings.Select(model => new InputFrame(table, model.Linear.Plan, Horizon))];
        int own = IndexOf(this);
        return new PermutedFrames(frames, Part.Target, origins, steps, continued => Strategy == Strategy.Recursive
            ? Recursion.Ahead(Siblings, continued, steps)[own].Values
            : DirectEach(continued, own, steps));
    }

    public override PartModel WithStaticOf(PartModel other) =>
        other is EnsembleModel { Linear.Plan.Constants: { Count: > 0 } constants } ? WithConstants([.. constants]) : this;

    /// <summary>Forecasts from the last row of each of [n][targets] frames.</summary>
    private double[][] DirectEach(InputFrame[][] frames, int target, int steps)
    {
        ISamples[] samples = Array.ConvertAll(frames, own => (ISamples)new SideBySideSamples(Inputs, own, own[0].Rows - 1, 1, null));
        float[] corrections = HeadOutputs.Of(Head, Networks, new JoinedSamples(samples), Siblings.Count)[target].Corrections;
        return [.. frames.Select((own, i) =>
        {
            float[] correction = corrections[(i * Horizon)..((i + 1) * Horizon)];
            return Linear.Values(own[target], own[target].Rows - 1, 1, correction, Scales)[0][..steps];
        })];
    }

    private RawForecast[] Direct(SideBySideSamples samples, InputFrame[] frames, int first, int count, int steps)
    {
        HeadOutputs[] outputs = HeadOutputs.Of(Head, Networks, samples, Siblings.Count);
        return [.. Siblings.Select((model, k) =>
        {
            double[][] values = model.Linear.Values(frames[k], first, count, outputs[k].Corrections, model.Scales);
            if (steps < Horizon)
                values = Array.ConvertAll(values, ahead => ahead[..steps]);
            return new RawForecast(values, outputs[k].QuantilesAround(values, frames[k], model.Linear, first, model.Scales));
        })];
    }

    public override IEnumerable<string> Columns => Siblings.SelectMany(model => model.Linear.Plan.Columns);

    public override string? NoteOn(TimeSeries table) => InputFrame.NoteOn(table, Linear.Plan);

    public override void RequireKnown(TimeSeries table, int origin, int steps)
    {
        foreach (EnsembleModel model in Siblings)
            KnownColumns.Require(model.Linear.Plan, table, origin, steps);
    }

    private EnsembleModel With(RidgeWeights linear) => new()
    {
        Part = Part,
        Facts = Facts,
        Track = Track,
        Linear = linear,
        Networks = Networks,
        Scales = Scales,
        Strategy = Strategy,
        Head = Head,
        Horizon = Horizon,
    };

    private int IndexOf(EnsembleModel model)
    {
        for (int k = 0; k < Siblings.Count; k++)
        {
            if (ReferenceEquals(Siblings[k], model))
                return k;
        }

        throw new InvalidOperationException($"The model of {model.Part} is not among those of its series.");
    }
}
