using System.Numerics.Tensors;

namespace Unroll.Forecasting;

/// <summary>A part of a blended forecast: the linear forecast with or without the networks' corrections, or a baseline.</summary>
/// <param name="Weights">[H], one for each step ahead.</param>
/// <param name="Corrected">Whether the networks have their say.</param>
/// <param name="Forecaster">The baseline; null for the linear forecast.</param>
internal sealed record BlendPart(double[] Weights, bool Corrected, BaselineForecaster? Forecaster);

/// <summary>All that a fitted <see cref="EnsembleForecaster"/> predicts with.</summary>
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

    /// <summary>All columns beside the target.</summary>
    public IEnumerable<string> Columns => Joint is { } joint ? Plan.Columns.Union(joint.Columns).Where(column => column != Plan.Target) : Plan.Columns;

    /// <summary>The blended forecasts [count][steps] from <paramref name="count"/> origins, in the target's units.</summary>
    /// <param name="frame">The rows.</param>
    /// <param name="first">The first origin.</param>
    /// <param name="count">How many origins follow one another.</param>
    /// <param name="steps">How many of the H rows ahead are wanted.</param>
    /// <param name="baseline">The forecasts of a baseline for the same origins; not asked where predictions are fed back.</param>
    /// <param name="withQuantiles">Whether the head's quantiles around them are wanted, where there is a head.</param>
    public (double[][] Values, HorizonQuantiles? Quantiles) Ahead(InputFrame frame, int first, int count, int steps, Func<BaselineForecaster, double[][]> baseline, bool withQuantiles)
    {
        if (Strategy == Strategy.Recursive)
            return (Recursion.Ahead(this, frame, first, count, steps), null);
        double[][] blended = [.. Enumerable.Range(0, count).Select(_ => new double[steps])];
        bool isHeard = Parts.Any(part => part.Corrected) || (withQuantiles && Head != ForecastHead.None);
        HeadOutputs? said = isHeard ? Said(frame, first, count) : null;
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

    /// <summary>Adds weight times forecast, step by step; a forecast of weight 0 may be infinite.</summary>
    public static void Add(Span<double> blended, ReadOnlySpan<double> ahead, double[] weights)
    {
        for (int h = 0; h < blended.Length; h++)
            blended[h] += weights[h] == 0 ? 0 : weights[h] * ahead[h];
    }

    private HeadOutputs Said(InputFrame frame, int first, int count) => Joint is { } joint
        ? new HeadOutputs(joint.Corrections(Networks, [.. joint.Plans.Select(_ => frame.Table)], first, count)[joint.Index], null)
        : HeadOutputs.Of(Head, Networks, frame, Plan, first, count);

    /// <summary>The mean output of the networks for each origin, [count, H].</summary>
    public static float[] Corrections(IReadOnlyList<Model> networks, InputFrame frame, InputPlan plan, int first, int count) =>
        Corrections(networks, new OriginSamples(frame, plan, first, count, null));

    /// <summary>The mean output of the networks for each sample, [count, H].</summary>
    public static float[] Corrections(IReadOnlyList<Model> networks, ISamples samples)
    {
        var mean = new float[samples.Count * samples.TargetShape.Size];
        foreach (Model network in networks)
            TensorPrimitives.Add(mean, network.Predict(samples), mean);
        TensorPrimitives.Divide(mean, networks.Count, mean);
        return mean;
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
}
