namespace Unroll.Forecasting;

/// <summary>
/// Least squares on all inputs of a plan, one set of weights for each row ahead. Which inputs, which transform and how strong a penalty
/// is found on the newest part of the training rows, predicted by weights fitted to the rows before.
/// </summary>
internal sealed record LinearStage(InputPlan Plan, double[] Penalties, double[][] Weights)
{
    /// <summary>A further group of inputs must lower the validation error by this share: what is simpler lasts longer.</summary>
    private const double Worthwhile = 0.005;

    /// <summary>A candidate must lower the validation error by this share to replace one before it.</summary>
    private const double WorthAnotherTransform = 0.01;

    /// <summary>Of penalties whose squared errors differ by no more than this share the largest is taken.</summary>
    private const double Tolerance = 0.01;

    private static readonly double[] s_penalties = [0.001, 0.01, 0.1, 1, 10, 100];

    /// <summary>The predictions from an origin, [H], transformed, in units of the plan's scale.</summary>
    public double[] Predict(InputFrame frame, int origin)
    {
        var inputs = new double[frame.LinearInputs];
        var ahead = new double[Plan.Steps];
        for (int h = 1; h <= ahead.Length; h++)
        {
            frame.WriteLinear(origin, h, inputs);
            ahead[h - 1] = RidgeSystem.Predict(Weights[h - 1], inputs);
        }

        return ahead;
    }

    /// <summary>The forecasts [count][H], corrected where there are corrections, in the target's units.</summary>
    /// <param name="frame">The rows.</param>
    /// <param name="first">The first origin.</param>
    /// <param name="count">How many origins follow one another.</param>
    /// <param name="corrections">[count, H]; null for none.</param>
    /// <param name="scales">What corrections are multiplied by, [H].</param>
    public double[][] Values(InputFrame frame, int first, int count, float[]? corrections, double[] scales)
    {
        var values = new double[count][];
        for (int i = 0; i < count; i++)
        {
            values[i] = Predict(frame, first + i);
            for (int h = 0; h < values[i].Length; h++)
                values[i][h] = frame.Inverse(first + i, values[i][h] + (corrections is null ? 0 : scales[h] * corrections[(i * values[i].Length) + h]));
        }

        return values;
    }

    /// <summary>The same plan and penalties, [H], with weights fitted to the rows before <paramref name="end"/>.</summary>
    public static LinearStage Fit(InputFrame frame, InputPlan plan, double[] penalties, int end) =>
        new(plan, penalties, [.. Enumerable.Range(1, plan.Steps).Select(step => System(frame, plan, step, end).Solve(penalties[step - 1]))]);

    /// <summary>The first row that may be an origin in training: where days of years before are inputs, the first of them have none.</summary>
    public static int FirstOrigin(InputFrame frame, InputPlan plan, int end) =>
        plan.Memory && end > 3 * 366 ? Math.Max(frame.FirstOrigin, 387) : frame.FirstOrigin;

    /// <summary>The best candidate with the groups that pay. What a transform or a number of lags is worth shows with the other inputs there.</summary>
    public static Judged Grow(
        IEnumerable<InputPlan> candidates, IReadOnlyList<Func<InputPlan, InputPlan>> groups, Func<InputPlan, Judged> judge)
    {
        Judged? best = null;
        foreach (InputPlan candidate in candidates)
        {
            Judged grown = judge(candidate);
            foreach (Func<InputPlan, InputPlan> add in groups)
            {
                Judged more = judge(add(grown.Plan));
                grown = more.Error < grown.Error * (1 - Worthwhile) ? more : grown;
            }

            best = best is null || grown.Error < best.Error * (1 - WorthAnotherTransform) ? grown : best;
        }

        return best!;
    }

    /// <summary>What a plan is worth.</summary>
    public sealed record Judged(InputPlan Plan, double[] Penalties, double Error);

    /// <summary>The best penalty for each step, and the mean over the steps tried of the squared error relative to that of the newest value.</summary>
    /// <param name="table">Rows up to the last validation row.</param>
    /// <param name="plan">What to judge.</param>
    /// <param name="end">The first validation row.</param>
    /// <param name="isChosen">Whether it is chosen already; otherwise a transform that is not defined for all rows is out.</param>
    public static Judged Judge(TimeSeries table, InputPlan plan, int end, bool isChosen)
    {
        InputFrame frame;
        try
        {
            frame = new InputFrame(table, plan);
        }
        catch (UnrollException) when (plan.Transform != TargetTransform.None.Name)
        {
            return new Judged(plan, [], double.PositiveInfinity);
        }

        if (frame.HasReplaced && !isChosen)
            return new Judged(plan, [], double.PositiveInfinity);
        double error = 0;
        var penalties = new double[plan.Steps];
        int[] steps = StepBlocks.Probes(plan.Steps);
        foreach (int step in steps)
        {
            RidgeSystem system = System(frame, plan, step, end);
            double[] errors = RelativeErrors(frame, step, end, Array.ConvertAll(s_penalties, system.Solve));
            double lowest = errors.Where(double.IsFinite).DefaultIfEmpty(double.PositiveInfinity).Min();
            error += lowest / steps.Length;
            foreach (int covered in StepBlocks.Around(plan.Steps, step))
                penalties[covered - 1] = s_penalties[Math.Max(0, Array.FindLastIndex(errors, each => each <= lowest * (1 + Tolerance)))];
        }

        return new Judged(plan, penalties, Math.Sqrt(error));
    }

    /// <summary>
    /// For each set of weights the squared errors of the rows from <paramref name="end"/> on, in units of the volatility then, so that a few
    /// rough weeks do not decide alone, relative to those of the newest value.
    /// </summary>
    public static double[] RelativeErrors(InputFrame frame, int step, int end, double[][] weights)
    {
        var squares = new double[weights.Length];
        var inputs = new double[frame.LinearInputs];
        double[] volatility = frame.VolatilityOfTarget();
        double naive = 0;
        for (int origin = end - 1; origin + step < frame.Rows; origin++)
        {
            double weight = 1 / (volatility[origin] * volatility[origin]);
            frame.WriteLinear(origin, step, inputs);
            double actual = frame.Value(origin + step);
            for (int i = 0; i < squares.Length; i++)
                squares[i] += weight * Square(frame.Inverse(origin, RidgeSystem.Predict(weights[i], inputs)) - actual);
            naive += weight * Square(frame.Value(origin) - actual);
        }

        return Array.ConvertAll(squares, square => square / (naive > 0 ? naive : 1));
    }

    private static RidgeSystem System(InputFrame frame, InputPlan plan, int step, int end) =>
        PooledLinear.System([new PooledLinear.Part(frame, plan, end)], step, every: 1);

    private static double Square(double value) => value * value;
}
