using Unroll.Forecasting;

namespace Unroll.Exchange.OnnxFormat.Forecasts;

/// <summary>The quantiles of <see cref="Heads.Levels"/> that the outputs of networks stand for.</summary>
internal static class HeadGraph
{
    /// <param name="math">Where it is written.</param>
    /// <param name="head">What the networks say.</param>
    /// <param name="outputs">[series, steps, targets, outputs].</param>
    /// <returns>[series, steps, targets, K].</returns>
    public static string Quantiles(GraphMath math, ForecastHead head, string outputs)
    {
        if (head == ForecastHead.Quantile)
        {
            string[] sorted = [math.Graph.NewName("sorted"), math.Graph.NewName("places")];
            math.Graph.Node("TopK", [outputs, math.Wholes(Heads.Levels.Length)], sorted, ("axis", 3L), ("largest", 0L));
            return sorted[0];
        }

        string location = Output(0), scale = math.Add(Softplus(Output(1)), GaussianLoss.LeastDeviation);
        if (head == ForecastHead.Gaussian)
            return math.Add(location, math.Multiply(scale, math.Numbers(Array.ConvertAll(Heads.Levels, Distributions.NormalQuantile))));
        string degrees = math.Add(Softplus(Output(2)), StudentTLoss.LeastDegreesOfFreedom);
        // Cubic through the four nodes around the place, as without a graph.
        (double[][] upper, int nodes) = Heads.StudentTNodes;
        string at = math.Divide(math.Number(2.0 * (nodes - 1)), degrees);
        string node = math.ToNumber(math.ToWhole(math.Clip(math.Function("Floor", at), 1, nodes - 3))), x = math.Subtract(at, node);
        string before = math.Add(x, 1), next = math.Add(x, -1), after = math.Add(x, -2);
        string[] factors =
        [
            math.Divide(math.Function("Neg", math.Multiply(math.Multiply(x, next), after)), math.Number(6)),
            math.Divide(math.Multiply(math.Multiply(before, next), after), math.Number(2)),
            math.Divide(math.Function("Neg", math.Multiply(math.Multiply(before, x), after)), math.Number(2)),
            math.Divide(math.Multiply(math.Multiply(before, x), next), math.Number(6)),
        ];
        double[] all = [.. Enumerable.Range(0, nodes).SelectMany(i => upper.Select(values => values[i]))];
        string table = math.Numbers(all, nodes, upper.Length), row = math.Function("Squeeze", math.ToWhole(node), math.Wholes(3));
        string t = factors.Select((factor, i) => math.Multiply(factor, math.Gather(table, math.AddWhole(row, i - 1))))
            .Aggregate((a, b) => math.Add(a, b));
        string apart = math.Multiply(scale, t);
        string mirrored = math.Gather(apart,
            math.Wholes([.. Enumerable.Range(0, upper.Length).Select(i => (long)(upper.Length - 1 - i))]), 3);
        return math.Concat(3, math.Subtract(location, mirrored), location, math.Add(location, apart));

        string Output(int number) => math.Slice(outputs, number, number + 1, 3);
        string Softplus(string raw) => math.Add(
            math.Larger(raw, math.Number(0)),
            math.Function("Log", math.Add(math.Function("Exp", math.Function("Neg", math.Function("Abs", raw))), 1)));
    }
}
