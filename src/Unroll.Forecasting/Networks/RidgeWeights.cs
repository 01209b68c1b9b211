namespace Unroll.Forecasting;

/// <summary>
/// Least squares on all inputs of a plan, one set of weights for each row ahead. Which inputs, which transform and how strong a penalty
/// is found on the newest part of the training rows, predicted by weights fitted to the rows before.
/// </summary>
internal sealed record RidgeWeights(InputPlan Plan, double[] Penalties, double[][] Weights)
{
    /// <summary>A further group of inputs must lower the validation error by this share: what is simpler lasts longer.</summary>
    private const double Worthwhile = 0.005;

    /// <summary>A candidate must lower the validation error by this share to replace one before it.</summary>
    private const double WorthAnotherTransform = 0.01;

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
                values[i][h] = frame.Inverse(
                    first + i, h + 1, values[i][h] + (corrections is null ? 0 : scales[h] * corrections[(i * values[i].Length) + h]));
        }

        return values;
    }

    /// <summary>The same plan and penalties, [H], with weights fitted to the rows before <paramref name="end"/>.</summary>
    public static RidgeWeights Fit(InputFrame frame, InputPlan plan, double[] penalties, int end) =>
        new(plan, penalties, [.. Enumerable.Range(1, plan.Steps)
            .Select(step => PooledLinear.Solve(System(frame, plan, step, end), plan, penalties[step - 1]))]);

    /// <summary>
    /// The first row that may be an origin in training: where days of years before are inputs, the first of them have none.
    /// </summary>
    public static int FirstOrigin(InputPlan plan, int end) =>
        Math.Max(Math.Max(plan.Lags, plan.Season) - 1, InputNumbers.Of(plan).Max(group => group.FirstLearnt(end)));

    /// <summary>
    /// The best candidate with the groups that pay. What a transform or a number of lags is worth shows with the other inputs there.
    /// </summary>
    public static InputPlan Grow(
        IEnumerable<InputPlan> candidates, IReadOnlyList<Func<InputPlan, InputPlan>> groups, Func<InputPlan, double> judge)
    {
        InputPlan? best = null;
        double lowest = 0;
        foreach (InputPlan candidate in candidates)
        {
            InputPlan grown = candidate;
            double error = judge(candidate);
            foreach (Func<InputPlan, InputPlan> add in groups)
            {
                InputPlan more = add(grown);
                double with = more == grown ? error : judge(more);
                if (with < error * (1 - Worthwhile))
                    (grown, error) = (more, with);
            }

            if (best is null || error < lowest * (1 - WorthAnotherTransform))
                (best, lowest) = (grown, error);
        }

        return best!;
    }

    /// <summary>
    /// For each set of weights the root mean square error of the rows from <paramref name="end"/> on, in units of the volatility then, so
    /// that a few rough weeks do not decide alone, relative to that of the newest value.
    /// </summary>
    public static double[] RelativeErrors(InputFrame frame, int step, int end, double[][] weights)
    {
        double[] volatility = frame.VolatilityOfTarget();
        double[] squares = Costs(frame, step, end, weights,
            (origin, predicted, actual) => 1 / (volatility[origin] * volatility[origin]) * Square(predicted - actual));
        double naive = 0;
        for (int origin = end - 1; origin + step < frame.Rows; origin++)
            naive += 1 / (volatility[origin] * volatility[origin]) * Square(frame.Value(origin) - frame.Value(origin + step));
        return Array.ConvertAll(squares, square => Math.Sqrt(square / (naive > 0 ? naive : 1)));
    }

    /// <summary>For each set of weights the error of the rows from <paramref name="end"/> on by a metric, in a given unit.</summary>
    public static double[] ScaledErrors(InputFrame frame, int step, int end, double[][] weights, ForecastMetric metric, double unit)
    {
        int count = Math.Max(1, frame.Rows - step - end + 1);
        double[] sums = Costs(frame, step, end, weights, (_, predicted, actual) => metric.CostOf(predicted, actual));
        return metric.IsAbsolute()
            ? Array.ConvertAll(sums, sum => sum / (count * unit))
            : Array.ConvertAll(sums, sum => Math.Sqrt(sum / count) / unit);
    }

    /// <summary>
    /// For each set of weights the sum over the origins from the row before <paramref name="end"/> on of what a prediction costs.
    /// </summary>
    private static double[] Costs(InputFrame frame, int step, int end, double[][] weights, Func<int, double, double, double> cost)
    {
        var sums = new double[weights.Length];
        var inputs = new double[frame.LinearInputs];
        for (int origin = end - 1; origin + step < frame.Rows; origin++)
        {
            frame.WriteLinear(origin, step, inputs);
            double actual = frame.Value(origin + step);
            for (int i = 0; i < sums.Length; i++)
                sums[i] += cost(origin, frame.Inverse(origin, step, RidgeSystem.Predict(weights[i], inputs)), actual);
        }

        return sums;
    }

    private static RidgeSystem System(InputFrame frame, InputPlan plan, int step, int end) =>
        PooledLinear.System([new PooledLinear.Part(frame, plan, end)], step, every: 1);

    private static double Square(double value) => value * value;
}
