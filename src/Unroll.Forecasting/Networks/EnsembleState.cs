namespace Unroll.Forecasting;

/// <summary>A part of a blended forecast: the linear forecast with or without the networks' corrections, or a baseline.</summary>
/// <param name="Weights">[H], one for each step ahead.</param>
/// <param name="Corrected">Whether the networks correct it.</param>
/// <param name="Forecaster">The baseline; null for the linear forecast.</param>
internal sealed record BlendPart(double[] Weights, bool Corrected, BaselineForecaster? Forecaster);

/// <summary>All that the forecast of one target of one series is made with. The networks are shared with other targets and series.</summary>
internal sealed record EnsembleState
{
    public required CellKind Cell { get; init; }

    public required LinearStage Linear { get; init; }

    public required IReadOnlyList<Model> Networks { get; init; }

    /// <summary>What the networks' outputs are multiplied by, [H]: the deviation of what the linear model left in training.</summary>
    public required double[] CorrectionScales { get; init; }

    public required IReadOnlyList<BlendPart> Parts { get; init; }

    public required HorizonForecast Calibration { get; init; }

    public ForecastHead Head { get; init; }

    /// <summary>From the origins of <see cref="Calibration"/>; null without a head.</summary>
    public HorizonQuantiles? CalibrationQuantiles { get; init; }

    public required DateTime TrainedFrom { get; init; }

    public required DateTime TrainedTo { get; init; }

    public Strategy Strategy { get; init; }

    /// <summary>What the networks look at where they predict several targets at once; null where it is the rows of the plan alone.</summary>
    public JointInputs? Joint { get; init; }

    public InputPlan Plan => Linear.Plan;

    /// <summary>H; a recursive forecast has a plan for one row ahead.</summary>
    public int Steps => Calibration.Steps;

    /// <summary>What the networks look at.</summary>
    public JointInputs Inputs => Joint ?? JointInputs.Of([Plan]);

    /// <summary>The states of all targets of the series, in their order; null where there is one, or the others are not at hand.</summary>
    public IReadOnlyList<EnsembleState>? Siblings { get; private set; }

    /// <summary>All columns beside the target.</summary>
    public IEnumerable<string> Columns => Joint is { } joint ? Plan.Columns.Union(joint.Columns).Where(column => column != Plan.Target) : Plan.Columns;

    private int Index => Joint?.Index ?? 0;

    /// <summary>Makes the states of all targets of a series known to each other: what a recursive forecast of one needs of the others.</summary>
    public static EnsembleState[] Together(EnsembleState[] states)
    {
        if (states.Length > 1)
            Array.ForEach(states, state => state.Siblings = states);
        return states;
    }

    /// <summary>The same for a series that other numbers tell from others.</summary>
    public EnsembleState WithConstants(double[] constants)
    {
        EnsembleState Own(EnsembleState state) => state with
        {
            Linear = state.Linear with { Plan = state.Plan with { Constants = constants } },
            Joint = state.Joint?.WithConstants(constants),
        };
        return Siblings is { } siblings ? Together([.. siblings.Select(Own)])[Index] : Own(this);
    }

    /// <summary>The blended forecasts [count][steps] from <paramref name="count"/> origins, in the target's units.</summary>
    /// <param name="frame">The rows.</param>
    /// <param name="first">The first origin.</param>
    /// <param name="count">How many origins follow one another.</param>
    /// <param name="steps">How many of the H rows ahead are wanted.</param>
    /// <param name="baseline">The forecasts of a baseline for the same origins; not asked where predictions are fed back.</param>
    /// <param name="withQuantiles">Whether the head's quantiles around them are wanted, where there is a head.</param>
    /// <exception cref="UnrollException">Another target has no value at an origin, or a prediction leaves the range of the transform.</exception>
    public (double[][] Values, HorizonQuantiles? Quantiles) Ahead(
        InputFrame frame, int first, int count, int steps, Func<BaselineForecaster, double[][]> baseline, bool withQuantiles)
    {
        if (Strategy == Strategy.Recursive)
        {
            EnsembleState[] states = [.. Siblings ?? [this]];
            states[Index] = this;
            return Recursion.Ahead(states, Frames(frame, first + count), first, count, steps, withQuantiles)[Index];
        }

        double[][] blended = [.. Enumerable.Range(0, count).Select(_ => new double[steps])];
        bool isHeard = Parts.Any(part => part.Corrected) || (withQuantiles && Head != ForecastHead.None);
        HeadOutputs? said = isHeard ? Outputs(frame, first, count) : null;
        foreach (BlendPart part in Parts)
        {
            double[][] ahead = part.Forecaster is { } forecaster
                ? baseline(forecaster)
                : Values(frame, Linear, first, count, part.Corrected ? said!.Corrections : null, CorrectionScales);
            for (int i = 0; i < count; i++)
                Add(blended[i], ahead[i], part.Weights);
        }

        return (blended, withQuantiles ? said?.Around(blended, frame, Linear, first, CorrectionScales) : null);
    }

    /// <summary>What the networks say of the target from <paramref name="count"/> origins that follow one another.</summary>
    /// <exception cref="UnrollException">Another target has no value at an origin.</exception>
    public HeadOutputs Outputs(InputFrame frame, int first, int count)
    {
        JointInputs inputs = Inputs;
        var samples = new SideBySideSamples(inputs, Frames(frame, first + count), first, count, null);
        return HeadOutputs.Of(Head, Networks, samples, inputs.Plans.Count)[Index];
    }

    /// <summary>Adds weight times forecast, step by step; a forecast of weight 0 may be infinite.</summary>
    public static void Add(Span<double> blended, ReadOnlySpan<double> ahead, double[] weights)
    {
        for (int h = 0; h < blended.Length; h++)
            blended[h] += weights[h] == 0 ? 0 : weights[h] * ahead[h];
    }

    /// <summary>The linear forecasts [count][H], corrected where there are corrections, in the target's units.</summary>
    public static double[][] Values(InputFrame frame, LinearStage linear, int first, int count, float[]? corrections, double[] scales)
    {
        var values = new double[count][];
        for (int i = 0; i < count; i++)
        {
            values[i] = linear.Predict(frame, first + i);
            for (int h = 0; h < values[i].Length; h++)
                values[i][h] = frame.Inverse(first + i, values[i][h] + (corrections is null ? 0 : scales[h] * corrections[(i * values[i].Length) + h]));
        }

        return values;
    }

    /// <summary>The rows of all targets, of which this one's are there already.</summary>
    private InputFrame[] Frames(InputFrame own, int rows)
    {
        if (Joint is not { } joint)
            return [own];
        InputFrame[] frames = [.. joint.Plans.Select((plan, k) => k == joint.Index ? own : new InputFrame(own.Table, Siblings?[k].Plan ?? plan, own.FutureDates.Count))];
        int missing = Array.FindIndex(frames, frame => frame.Rows < rows);
        if (missing < 0)
            return frames;
        TimeSeries table = own.Table;
        throw new UnrollException($"{table.Name} has no {joint.Plans[missing].Target} on {table.Format(table.Dates[frames[missing].Rows])}, and the targets are "
            + "predicted together. Choose --missing drop, forward-fill or interpolate, or complete the file.");
    }
}
