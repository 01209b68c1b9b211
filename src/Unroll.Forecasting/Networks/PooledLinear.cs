using System.Numerics.Tensors;

namespace Unroll.Forecasting;

/// <summary>
/// Least squares on the rows of several series at once, each in its own units: one set of weights for each row ahead, as
/// <see cref="RidgeWeights"/> fits it for one series.
/// </summary>
internal static class PooledLinear
{
    /// <summary>Of more rows every second, third, ... is taken.</summary>
    private const int MostRows = 50_000;

    /// <summary>One series: its rows, its plan, and the first row that is not learnt from.</summary>
    public readonly record struct Part(InputFrame Frame, InputPlan Plan, int End);

    /// <summary>Weights [H][inputs + 1] for penalties [H].</summary>
    public static double[][] Fit(Part[] parts, double[] penalties) =>
        [.. penalties.Select((penalty, h) => Solve(System(parts, h + 1), parts[0].Plan, penalty))];

    /// <summary>
    /// The weights for a penalty: where the plan wants it the mean of those of all lags, of half of them, of a quarter and so on, which is
    /// the mean of as many linear models.
    /// </summary>
    public static double[] Solve(RidgeSystem system, InputPlan plan, double penalty)
    {
        double[] weights = system.Solve(penalty);
        for (int set = 1; set < plan.LagSets; set++)
            TensorPrimitives.Add(weights, system.Solve(penalty, Math.Max(1, plan.Lags >> set), plan.Lags), weights);
        if (plan.LagSets > 1)
            TensorPrimitives.Divide(weights, plan.LagSets, weights);
        return weights;
    }

    /// <summary>The equations of all parts; of many rows as many as are enough.</summary>
    public static RidgeSystem System(Part[] parts, int step)
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

        return new RidgeSystem(columns, outputs, parts[0].Plan.IsAbsolute);
    }

    private static int First(Part part) => RidgeWeights.FirstOrigin(part.Plan, part.End);
}
