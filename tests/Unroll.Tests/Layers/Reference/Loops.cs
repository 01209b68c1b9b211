namespace Unroll.Tests.Layers.Reference;

/// <summary>The equations of the layers' comments as plain loops.</summary>
internal static partial class Loops
{
    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>Steps of F values each.</summary>
    public static double[][] Steps(double[] x, int features) => [.. x.Chunk(features)];

    public static double[] Join(IEnumerable<double[]> steps) => [.. steps.SelectMany(step => step)];

    /// <summary>bias + x·W.</summary>
    public static double[] Affine(double[] x, double[] w, double[] bias)
    {
        double[] z = [.. bias];
        for (int k = 0; k < x.Length; k++)
        {
            for (int n = 0; n < z.Length; n++)
                z[n] += x[k] * w[k * z.Length + n];
        }

        return z;
    }

    /// <summary>One step: h and c become those after it. The weights are kernel, recurrent kernel and bias.</summary>
    public delegate void Cell(double[] x, double[] h, double[] c, double[][] w);

    public static void SimpleRnnStep(double[] x, double[] h, double[] c, double[][] w) =>
        Affine(x, w[0], Affine(h, w[1], w[2])).Select(Math.Tanh).ToArray().CopyTo(h, 0);

    /// <summary>Gates i f g o.</summary>
    public static void LstmStep(double[] x, double[] h, double[] c, double[][] w)
    {
        int units = h.Length;
        double[] z = Affine(x, w[0], Affine(h, w[1], w[2]));
        for (int u = 0; u < units; u++)
        {
            c[u] = Sigmoid(z[units + u]) * c[u] + Sigmoid(z[u]) * Math.Tanh(z[2 * units + u]);
            h[u] = Sigmoid(z[3 * units + u]) * Math.Tanh(c[u]);
        }
    }

    /// <summary>Gates z r h; the reset after the product.</summary>
    public static void GruStep(double[] x, double[] h, double[] c, double[][] w)
    {
        int units = h.Length;
        double[] input = Affine(x, w[0], w[2][..(3 * units)]), state = Affine(h, w[1], w[2][(3 * units)..]);
        for (int u = 0; u < units; u++)
        {
            double z = Sigmoid(input[u] + state[u]), r = Sigmoid(input[units + u] + state[units + u]);
            h[u] = z * h[u] + (1 - z) * Math.Tanh(input[2 * units + u] + r * state[2 * units + u]);
        }
    }

    /// <summary>
    /// h of every step in the order of time; h and c become the final states. Steps that <paramref name="counts"/> leaves out carry the
    /// states over.
    /// </summary>
    public static double[][] Run(Cell cell, double[][] steps, double[] h, double[] c, double[][] w, bool backwards = false,
        Func<int, bool>? counts = null)
    {
        var sequence = new double[steps.Length][];
        for (int i = 0; i < steps.Length; i++)
        {
            int t = backwards ? steps.Length - 1 - i : i;
            if (counts is null || counts(t))
                cell(steps[t], h, c, w);
            sequence[t] = [.. h];
        }

        return sequence;
    }

    /// <summary>softmax.</summary>
    public static double[] Shares(double[] scores)
    {
        double most = scores.Max(), sum = scores.Sum(score => Math.Exp(score - most));
        return [.. scores.Select(score => Math.Exp(score - most) / sum)];
    }

    /// <summary>
    /// Attention, as Keras has it: query step i takes the mean of the values that it sees, weighted by the softmax of the scores; where the
    /// query is masked, 0.
    /// </summary>
    public static double[] Attention(double[][] query, double[][] value, double[][] key, Func<double[], double[], double> score,
        bool causal, Func<int, bool>? asks = null, Func<int, bool>? counts = null)
    {
        var output = new List<double[]>();
        for (int i = 0; i < query.Length; i++)
        {
            int[] seen = [.. Enumerable.Range(0, value.Length).Where(j => (!causal || j <= i) && (counts is null || counts(j)))];
            double[] mean = new double[value[0].Length], shares = seen.Length == 0 ? []
                : Shares([.. seen.Select(j => score(query[i], key[j]))]);
            for (int n = 0; n < seen.Length && (asks is null || asks(i)); n++)
            {
                for (int f = 0; f < mean.Length; f++)
                    mean[f] += shares[n] * value[seen[n]][f];
            }

            output.Add(mean);
        }

        return Join(output);
    }

    public static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    /// <summary>For each window (start and size along one axis) and feature what <paramref name="pool"/> makes of its values.</summary>
    public static double[] Pool(double[][] steps, int size, int stride, Func<IEnumerable<double>, double> pool)
    {
        var output = new List<double>();
        for (int start = 0; start + size <= steps.Length; start += stride)
        {
            for (int f = 0; f < steps[0].Length; f++)
                output.Add(pool(steps[start..(start + size)].Select(step => step[f])));
        }

        return [.. output];
    }

    /// <summary>The same for images [height, width, channels] and windows that do not overlap.</summary>
    public static double[] Pool(double[] image, int height, int width, int channels, int rows, int columns,
        Func<IEnumerable<double>, double> pool)
    {
        var output = new List<double>();
        for (int i = 0; i + rows <= height; i += rows)
        {
            for (int j = 0; j + columns <= width; j += columns)
            {
                for (int c = 0; c < channels; c++)
                    output.Add(pool(from k in Enumerable.Range(0, rows)
                                    from l in Enumerable.Range(
                        0, columns)
                                    select image[((i + k) * width + j + l) * channels + c]));
            }
        }

        return [.. output];
    }

    /// <summary>Φ(x) by the series of erf (Abramowitz and Stegun 7.1.6).</summary>
    public static double Normal(double x)
    {
        double term = x, sum = x;
        for (int n = 1; n < 200; n++)
            sum += term *= x * x / (2 * n + 1);
        return 0.5 + sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
    }

    /// <summary>γ∘(x − μ)/√(σ² + ε) + β.</summary>
    public static double[] Normalize(double[] x, double[] mean, double[] variance, double epsilon, double[] gamma, double[] beta) =>
        [.. x.Select((value, i) => gamma[i] * (value - mean[i]) / Math.Sqrt(variance[i] + epsilon) + beta[i])];
}
