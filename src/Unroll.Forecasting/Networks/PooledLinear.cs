namespace Unroll.Forecasting;

/// <summary>
/// Least squares on the rows of several series at once, each in its own units: one set of weights for each row ahead, as
/// <see cref="LinearStage"/> fits it for one series.
/// </summary>
internal static class PooledLinear
{
    /// <summary>Of more rows every second, third, ... is taken.</summary>
    private const int MostRows = 50_000;

    private static readonly double[] s_penalties = [0.0001, 0.001, 0.01, 0.1, 1, 10];

    /// <summary>One series: its rows, its plan, and the first row that is not learnt from.</summary>
    public readonly record struct Part(InputFrame Frame, InputPlan Plan, int End);

    /// <summary>Weights [H][inputs + 1] for penalties [H].</summary>
    public static double[][] Fit(Part[] parts, double[] penalties) =>
        [.. penalties.Select((penalty, h) => System(parts, h + 1).Solve(penalty))];

    /// <summary>The best penalty for each step, and for each series the RMSE on the rows from its end on relative to that of the newest value, as a mean over the steps tried.</summary>
    public static (double[] Penalties, double[] Errors) Judge(Part[] parts)
    {
        int all = parts[0].Plan.Steps;
        int[] steps = StepBlocks.Probes(all);
        var penalties = new double[all];
        var errors = new double[parts.Length];
        foreach (int step in steps)
        {
            RidgeSystem system = System(parts, step);
            double[][] weights = Array.ConvertAll(s_penalties, system.Solve);
            double[][] relative = Array.ConvertAll(parts, part => LinearStage.RelativeErrors(part.Frame, step, part.End, weights));
            int best = Enumerable.Range(0, s_penalties.Length).MinBy(i => relative.Sum(each => Math.Sqrt(each[i])));
            for (int s = 0; s < parts.Length; s++)
                errors[s] += relative[s][best] / steps.Length;
            foreach (int covered in StepBlocks.Around(all, step))
                penalties[covered - 1] = s_penalties[best];
        }

        return (penalties, Array.ConvertAll(errors, Math.Sqrt));
    }

    private static RidgeSystem System(Part[] parts, int step)
    {
        long rows = parts.Sum(part => Math.Max(0, (long)part.End - step - First(part)));
        return System(parts, step, (int)(1 + ((rows - 1) / MostRows)));
    }

    /// <summary>The equations of all parts, of each of which every so many rows are taken.</summary>
    public static RidgeSystem System(Part[] parts, int step, int every)
    {
        int[] firsts = Array.ConvertAll(parts, First);
        int count = parts.Zip(firsts, (part, first) => Math.Max(0, part.End - step - first + every - 1) / every).Sum();
        var inputs = new double[parts[0].Frame.LinearInputs];
        double[][] columns = [.. inputs.Select(_ => new double[count])];
        var outputs = new double[count];
        int at = 0;
        for (int s = 0; s < parts.Length; s++)
        {
            for (int origin = firsts[s]; origin < parts[s].End - step; origin += every, at++)
            {
                parts[s].Frame.WriteLinear(origin, step, inputs);
                for (int k = 0; k < inputs.Length; k++)
                    columns[k][at] = inputs[k];
                outputs[at] = parts[s].Frame.TargetOf(origin, origin + step);
            }
        }

        return new RidgeSystem(columns, outputs);
    }

    private static int First(Part part) => LinearStage.FirstOrigin(part.Frame, part.Plan, part.End);
}
