namespace Unroll.Forecasting;

/// <summary>
/// What a plan is worth for some series: least squares fitted to the rows before the newest and judged on these, once with weights of its
/// own for each series and once with one set for all. Penalties are the same for all series either way: chosen for each by itself they
/// would fit the chance of few rows.
/// </summary>
/// <param name="OwnError">The mean over series and steps tried of the error of weights of their own; infinite where the plan
/// is not defined.</param>
/// <param name="OwnPenalties">[H].</param>
/// <param name="SharedError">The same of one set of weights for all; infinite for one series.</param>
/// <param name="SharedPenalties">[H].</param>
internal sealed record PlanTrial(double OwnError, double[] OwnPenalties, double SharedError, double[] SharedPenalties)
{
    /// <summary>Of penalties whose errors differ by no more than this share the largest is taken.</summary>
    private const double Tolerance = 0.005;

    private static readonly double[] s_penalties = [0.00001, 0.0001, 0.001, 0.01, 0.1, 1, 10, 100];

    private static readonly PlanTrial s_undefined = new(double.PositiveInfinity, [], double.PositiveInfinity, []);

    /// <summary>The lower of both errors.</summary>
    public double Error => Math.Min(OwnError, SharedError);

    /// <param name="splits">Training rows to fit to, test rows to judge on.</param>
    /// <param name="plans">One a series.</param>
    /// <param name="season">m of the usual change that errors of several series are measured in.</param>
    /// <param name="metric">What is chosen by; the RMSE of one series is measured in how large changes were at the time.</param>
    /// <param name="isChosen">Whether the plan is chosen already; otherwise a transform that is not defined for all rows is out.</param>
    /// <param name="loop">Over the series.</param>
    public static PlanTrial Of(ForecastSplit[] splits, InputPlan[] plans, int season, ForecastMetric metric, bool isChosen, SeriesLoop loop)
    {
        var parts = new PooledLinear.Part?[splits.Length];
        loop.Run(parts.Length, s => parts[s] = Part(splits[s], plans[s], isChosen));
        if (Array.Exists(parts, part => part is null))
            return s_undefined;
        PooledLinear.Part[] all = Array.ConvertAll(parts, part => part!.Value);
        double[] units = Array.ConvertAll(all, part => all.Length == 1 && metric == ForecastMetric.Rmse ? 0
            : metric == ForecastMetric.Smape ? 1
            : part.Frame.UsualChange(part.End, season));
        (double own, double[] ownPenalties) = Best(all, metric, units, step =>
        {
            var weights = new double[all.Length][][];
            loop.Run(weights.Length, s =>
            {
                RidgeSystem system = PooledLinear.System([all[s]], step, every: 1);
                weights[s] = Array.ConvertAll(s_penalties, penalty => PooledLinear.Solve(system, plans[s], penalty));
            });
            return weights;
        }, loop);
        if (all.Length == 1)
            return new PlanTrial(own, ownPenalties, double.PositiveInfinity, []);
        (double shared, double[] sharedPenalties) = Best(all, metric, units, step =>
        {
            RidgeSystem system = PooledLinear.System(all, step);
            double[][] weights = Array.ConvertAll(s_penalties, penalty => PooledLinear.Solve(system, plans[0], penalty));
            return Array.ConvertAll(all, _ => weights);
        }, loop);
        return new PlanTrial(own, ownPenalties, shared, sharedPenalties);
    }

    /// <summary>The error of the best penalties, and these.</summary>
    private static (double Error, double[] Penalties) Best(
        PooledLinear.Part[] parts, ForecastMetric metric, double[] units, Func<int, double[][][]> weightsOf, SeriesLoop loop)
    {
        int all = parts[0].Plan.Steps;
        int[] steps = StepBlocks.Probes(all);
        var penalties = new double[all];
        double total = 0;
        foreach (int step in steps)
        {
            double[][][] weights = weightsOf(step);
            var own = new double[parts.Length][];
            loop.Run(own.Length, s => own[s] = units[s] > 0
                ? RidgeWeights.ScaledErrors(parts[s].Frame, step, parts[s].End, weights[s], metric, units[s])
                : RidgeWeights.RelativeErrors(parts[s].Frame, step, parts[s].End, weights[s]));
            double[] errors = [.. s_penalties.Select((_, i) => own.Average(each => each[i]))];
            double lowest = errors.Where(double.IsFinite).DefaultIfEmpty(double.PositiveInfinity).Min();
            total += lowest / steps.Length;
            foreach (int covered in StepBlocks.BlockOf(all, step))
                penalties[covered - 1] = s_penalties[Math.Max(0, Array.FindLastIndex(errors, each => each <= lowest * (1 + Tolerance)))];
        }

        return (total, penalties);
    }

    private static PooledLinear.Part? Part(ForecastSplit split, InputPlan plan, bool isChosen)
    {
        try
        {
            var frame = new InputFrame(split.Table, plan);
            return frame.HasReplaced && !isChosen ? null : new PooledLinear.Part(frame, plan, split.Train.Count);
        }
        catch (UnrollException) when (plan.Transform != TargetTransform.None.Name)
        {
            return null;
        }
    }
}
