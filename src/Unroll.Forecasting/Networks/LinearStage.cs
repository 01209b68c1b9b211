namespace Unroll.Forecasting;

/// <summary>
/// Least squares on all inputs of a plan, one set of weights for each row ahead. Which inputs, which transform and how strong a penalty
/// is found on the newest part of the training rows, predicted by weights fitted to the rows before.
/// </summary>
internal sealed record LinearStage(InputPlan Plan, double Penalty, double[][] Weights)
{
    /// <summary>A further group of inputs must lower the validation error by this share: what is simpler lasts longer.</summary>
    private const double Worthwhile = 0.005;

    private const int MostSteps = 3;
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

    /// <summary>The same plan and penalty with weights fitted to the rows before <paramref name="end"/>.</summary>
    public static LinearStage Fit(InputFrame frame, InputPlan plan, double penalty, int end) =>
        new(plan, penalty, [.. Enumerable.Range(1, plan.Steps).Select(step => System(frame, plan, step, end).Solve(penalty))]);

    /// <summary>The first row that may be an origin in training: where days of years before are inputs, the first of them have none.</summary>
    public static int FirstOrigin(InputFrame frame, InputPlan plan, int end) =>
        plan.Memory && end > 3 * 366 ? Math.Max(frame.FirstOrigin, 387) : frame.FirstOrigin;

    /// <summary>Chooses inputs, transform and penalty.</summary>
    /// <param name="table">Rows up to the last validation row.</param>
    /// <param name="candidates">Plans to start from, of which the best is taken.</param>
    /// <param name="groups">Inputs that are added one after the other where that pays.</param>
    /// <param name="end">The first validation row.</param>
    public static LinearStage Choose(TimeSeries table, IEnumerable<InputPlan> candidates, IReadOnlyList<Func<InputPlan, InputPlan>> groups, int end)
    {
        (InputPlan Plan, double Penalty, double Error)? best = null;
        foreach (InputPlan candidate in candidates)
            best = Better(best, candidate, 0);
        foreach (Func<InputPlan, InputPlan> add in groups)
            best = Better(best, add(best!.Value.Plan), Worthwhile);
        (InputPlan plan, double penalty, _) = best!.Value;
        return Fit(new InputFrame(table, plan), plan, penalty, end);

        (InputPlan, double, double)? Better((InputPlan Plan, double Penalty, double Error)? known, InputPlan plan, double worthwhile)
        {
            if (known is { } same && same.Plan == plan)
                return known;
            (double penalty, double error) = Judge(table, plan, end);
            return known is null || error < known.Value.Error * (1 - worthwhile) ? (plan, penalty, error) : known;
        }
    }

    /// <summary>The best penalty and its mean over the steps of squared error relative to that of the newest value.</summary>
    private static (double Penalty, double Error) Judge(TimeSeries table, InputPlan plan, int end)
    {
        InputFrame frame;
        try
        {
            frame = new InputFrame(table, plan);
        }
        catch (UnrollException) when (plan.Transform != TargetTransform.None.Name)
        {
            return (1, double.PositiveInfinity);
        }

        var errors = new double[s_penalties.Length];
        int[] steps = [.. new[] { 1, (plan.Steps + 1) / 2, plan.Steps }.Distinct().Take(MostSteps)];
        var inputs = new double[frame.LinearInputs];
        foreach (int step in steps)
        {
            RidgeSystem system = System(frame, plan, step, end);
            double[][] weights = Array.ConvertAll(s_penalties, system.Solve);
            var squares = new double[s_penalties.Length];
            double naive = 0;
            for (int origin = end - 1; origin + step < frame.Rows; origin++)
            {
                frame.WriteLinear(origin, step, inputs);
                double actual = frame.Value(origin + step);
                for (int i = 0; i < squares.Length; i++)
                    squares[i] += Square(frame.Inverse(origin, RidgeSystem.Predict(weights[i], inputs)) - actual);
                naive += Square(frame.Value(origin) - actual);
            }

            for (int i = 0; i < squares.Length; i++)
                errors[i] += squares[i] / (naive > 0 ? naive : 1) / steps.Length;
        }

        int lowest = Array.IndexOf(errors, errors.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min());
        return lowest < 0 ? (1, double.PositiveInfinity) : (s_penalties[lowest], Math.Sqrt(errors[lowest]));
    }

    private static RidgeSystem System(InputFrame frame, InputPlan plan, int step, int end)
    {
        int first = FirstOrigin(frame, plan, end), rows = end - step - first;
        double[][] columns = [.. Enumerable.Range(0, frame.LinearInputs).Select(_ => new double[rows])];
        var outputs = new double[rows];
        var inputs = new double[frame.LinearInputs];
        for (int i = 0; i < rows; i++)
        {
            frame.WriteLinear(first + i, step, inputs);
            for (int k = 0; k < inputs.Length; k++)
                columns[k][i] = inputs[k];
            outputs[i] = frame.TargetOf(first + i, first + i + step);
        }

        return new RidgeSystem(columns, outputs);
    }

    private static double Square(double value) => value * value;
}
