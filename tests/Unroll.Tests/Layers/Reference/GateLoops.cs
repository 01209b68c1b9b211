using static Unroll.Tests.Layers.Reference.Loops;

namespace Unroll.Tests.Layers.Reference;

/// <summary>One step of each recurrent layer as plain loops in double, which also say what every gate let through.</summary>
internal static class GateLoops
{
    /// <summary>h and c become those after the step.</summary>
    public delegate Dictionary<string, double[]> Step(double[] x, double[] h, double[] c, double[][] w);

    public static IReadOnlyDictionary<string, (Recurrent Layer, Step Step)> Of(int units) => new Dictionary<string, (Recurrent, Step)>
    {
        ["simple rnn"] = (new SimpleRnn(units), (x, h, _, w) => Plain(h, Affine(x, w[0], Affine(h, w[1], w[2])))),
        ["independent rnn"] =
            (new IndRnn(units), (x, h, _, w) => Plain(h, Affine(x, w[0], [.. w[2].Select((b, u) => b + (w[1][u] * h[u]))]))),
        ["lstm"] = (new Lstm(units), (x, h, c, w) => Lstm(x, h, c, w, false, false, null, Math.Tanh)),
        ["lstm, relu"] = (new Lstm(units) { Activation = Activation.Relu },
            (x, h, c, w) => Lstm(x, h, c, w, false, false, null, z => Math.Max(z, 0))),
        ["lstm, peepholes"] = (new Lstm(units) { Peepholes = true }, (x, h, c, w) => Lstm(x, h, c, w, true, false, null, Math.Tanh)),
        ["lstm, normalised"] = (new Lstm(units) { LayerNorm = true }, (x, h, c, w) => Lstm(x, h, c, w, false, true, null, Math.Tanh)),
        ["lstm, projected"] = (new Lstm(units) { ProjectionUnits = 3 }, (x, h, c, w) => Lstm(x, h, c, w, false, false, 3, Math.Tanh)),
        ["lstm, all"] =
            (new Lstm(units) { Peepholes = true, LayerNorm = true, ProjectionUnits = 3 },
                (x, h, c, w) => Lstm(x, h, c, w, true, true, 3, Math.Tanh)),
        ["gru"] = (new Gru(units), (x, h, _, w) => Gru(x, h, w, Math.Tanh)),
        ["gru, relu"] = (new Gru(units) { Activation = Activation.Relu }, (x, h, _, w) => Gru(x, h, w, z => Math.Max(z, 0))),
        ["gru, reset before"] = (new Gru(units) { ResetAfter = false }, (x, h, _, w) => GruResetBefore(x, h, w)),
    };

    private static Dictionary<string, double[]> Plain(double[] h, double[] z)
    {
        z.Select(Math.Tanh).ToArray().CopyTo(h, 0);
        return [];
    }

    /// <summary>
    /// Parameters in the layer's order: kernel, recurrent kernel, bias (normalised: last), projection, peepholes, four scales.
    /// </summary>
    private static Dictionary<string, double[]> Lstm(
        double[] x, double[] h, double[] c, double[][] w, bool peeps, bool norm, int? projection, Func<double, double> activate)
    {
        int units = c.Length, at = 2;
        double[] zero = new double[4 * units], bias = norm ? w[^1] : w[at++], project = projection is null ? [] : w[at++];
        double[] p = peeps ? w[at++] : new double[3 * units], fromX = Affine(x, w[0], zero), fromH = Affine(h, w[1], zero);
        if (norm)
            (fromX, fromH) = ([.. Normal(fromX).Zip(w[at], (a, b) => a * b)], [.. Normal(fromH).Zip(w[at + 1], (a, b) => a * b)]);
        double[] i = new double[units], f = new double[units], g = new double[units], o = new double[units];
        for (int u = 0; u < units; u++)
        {
            double Z(int gate) => fromX[(gate * units) + u] + fromH[(gate * units) + u] + bias[(gate * units) + u];
            (i[u], f[u], g[u]) = (Sigmoid(Z(0) + (p[u] * c[u])), Sigmoid(Z(1) + (p[units + u] * c[u])), activate(Z(2)));
            c[u] = (f[u] * c[u]) + (i[u] * g[u]);
            o[u] = Sigmoid(Z(3) + (p[(2 * units) + u] * c[u]));
        }

        double[] seen = norm ? [.. Normal(c).Select((value, u) => (value * w[at + 2][u]) + w[at + 3][u])] : c;
        double[] m = [.. o.Select((value, u) => value * activate(seen[u]))];
        (projection is null ? m : Affine(m, project, new double[projection.Value])).CopyTo(h, 0);
        return new() { ["input"] = i, ["forget"] = f, ["candidate"] = g, ["output"] = o };
    }

    private static double[] Normal(double[] x)
    {
        double mean = x.Average(), deviation = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + 1e-5);
        return [.. x.Select(value => (value - mean) / deviation)];
    }

    private static Dictionary<string, double[]> Gru(double[] x, double[] h, double[][] w, Func<double, double> activate)
    {
        int units = h.Length;
        double[] input = Affine(x, w[0], w[2][..(3 * units)]), state = Affine(h, w[1], w[2][(3 * units)..]);
        double[] z = [.. h.Select((_, u) => Sigmoid(input[u] + state[u]))],
            r = [.. h.Select((_, u) => Sigmoid(input[units + u] + state[units + u]))];
        return Mixed(h, z, r, [.. r.Select((reset, u) => activate(input[(2 * units) + u] + (reset * state[(2 * units) + u])))]);
    }

    private static Dictionary<string, double[]> GruResetBefore(double[] x, double[] h, double[][] w)
    {
        int units = h.Length;
        double[] input = Affine(x, w[0], w[2]), state = Affine(h, w[1], new double[3 * units]);
        double[] z = [.. h.Select((_, u) => Sigmoid(input[u] + state[u]))],
            r = [.. h.Select((_, u) => Sigmoid(input[units + u] + state[units + u]))];
        double[] reset = Affine([.. h.Select((value, u) => r[u] * value)], w[1], new double[3 * units]);
        return Mixed(h, z, r, [.. h.Select((_, u) => Math.Tanh(input[(2 * units) + u] + reset[(2 * units) + u]))]);
    }

    private static Dictionary<string, double[]> Mixed(double[] h, double[] z, double[] r, double[] candidate)
    {
        for (int u = 0; u < h.Length; u++)
            h[u] = (z[u] * h[u]) + ((1 - z[u]) * candidate[u]);
        return new() { ["update"] = z, ["reset"] = r, ["candidate"] = candidate };
    }
}
