namespace Unroll.Tests.Layers.Reference;

/// <summary>Heads, and convolutions with any weight between an input and an output feature.</summary>
internal static partial class Loops
{
    /// <summary>The weight of a place of the window between an input and an output feature.</summary>
    public delegate double Weight(int place, int input, int output);

    /// <summary>Attention of heads. The weights are kernel and bias of query, key, value and output; scores are [heads, Q, S].</summary>
    public static (double[] Output, double[] Scores) Heads(
        double[][] query, double[][] value, double[][] key, int heads, double[][] w, bool causal, Func<int, bool>? asks = null,
            Func<int, bool>? counts = null)
    {
        double[][] q = [.. query.Select(step => Affine(step, w[0], w[1]))], k = [.. key.Select(step => Affine(step, w[2], w[3]))],
            v = [.. value.Select(step => Affine(step, w[4], w[5]))];
        int keyUnits = w[1].Length / heads, valueUnits = w[5].Length / heads;
        double[][] means = [.. query.Select(_ => new double[w[5].Length])];
        var scores = new double[heads * query.Length * value.Length];
        for (int head = 0; head < heads; head++)
        {
            for (int i = 0; i < query.Length; i++)
            {
                int[] seen = [.. Enumerable.Range(0, value.Length)
                    .Where(j => (!causal || j <= i) && (counts is null || counts(j)) && (asks is null || asks(i)))];
                if (seen.Length == 0)
                    continue;
                double[] shares = Shares(
                    [.. seen.Select(j => Enumerable.Range(head * keyUnits, keyUnits).Sum(u => q[i][u] * k[j][u]) / Math.Sqrt(keyUnits))]);
                for (int n = 0; n < seen.Length; n++)
                {
                    scores[(head * query.Length + i) * value.Length + seen[n]] = shares[n];
                    for (int u = head * valueUnits; u < (head + 1) * valueUnits; u++)
                        means[i][u] += shares[n] * v[seen[n]][u];
                }
            }
        }

        return (Join(means.Select(mean => Affine(mean, w[6], w[7]))), scores);
    }

    /// <summary>
    /// y[i, j] = b + Σ x[i·stride + k·dilation − above, j·stride + l·dilation − left]·w; a sequence is an image of one row.
    /// </summary>
    public static double[] Correlate(
        double[] x, (int Rows, int Columns, int Features) input, (int Rows, int Columns, int Filters) kernel, (int Down, int Across) stride,
        (int Down, int Across) dilation,
        (int Above, int Left) padding, (int Rows, int Columns) output, double[] bias, Weight weight, Func<double[], double[]>? steps = null)
    {
        x = steps?.Invoke(x) ?? x;
        double[] y = [.. Enumerable.Repeat(bias, output.Rows * output.Columns).SelectMany(b => b)];
        Each(kernel, output, (i, j, k, l) => (i * stride.Down + k * dilation.Down - padding.Above,
            j * stride.Across + l * dilation.Across - padding.Left), (input.Rows, input.Columns), (at, place, other) =>
        {
            for (int c = 0; c < input.Features; c++)
            {
                for (int o = 0; o < kernel.Filters; o++)
                    y[at * kernel.Filters + o] += x[other * input.Features + c] * weight(place, c, o);
            }
        });
        return y;
    }

    /// <summary>The transposed convolution: y[i·stride + k·dilation − above, j·stride + l·dilation − left] += x[i, j]·w.</summary>
    public static double[] Spread(
        double[] x, (int Rows, int Columns, int Features) input, (int Rows, int Columns, int Filters) kernel, (int Down, int Across) stride,
        (int Down, int Across) dilation,
        (int Above, int Left) padding, (int Rows, int Columns) output, double[] bias, Weight weight, Func<double[], double[]>? steps = null)
    {
        x = steps?.Invoke(x) ?? x;
        double[] y = [.. Enumerable.Repeat(bias, output.Rows * output.Columns).SelectMany(b => b)];
        Each(kernel, (input.Rows, input.Columns), (i, j, k, l) => (i * stride.Down + k * dilation.Down - padding.Above,
            j * stride.Across + l * dilation.Across - padding.Left), output, (at, place, other) =>
        {
            for (int c = 0; c < input.Features; c++)
            {
                for (int o = 0; o < kernel.Filters; o++)
                    y[other * kernel.Filters + o] += x[at * input.Features + c] * weight(place, c, o);
            }
        });
        return y;
    }

    private static void Each(
        (int Rows, int Columns, int Filters) kernel, (int Rows, int Columns) windows, Func<int, int, int, int, (int Row, int Column)> other,
            (int Rows, int Columns) bounds, Action<int, int, int> act)
    {
        for (int i = 0; i < windows.Rows; i++)
        {
            for (int j = 0; j < windows.Columns; j++)
            {
                for (int place = 0; place < kernel.Rows * kernel.Columns; place++)
                {
                    (int row, int column) = other(i, j, place / kernel.Columns, place % kernel.Columns);
                    if (row >= 0 && row < bounds.Rows && column >= 0 && column < bounds.Columns)
                        act(i * windows.Columns + j, place, row * bounds.Columns + column);
                }
            }
        }
    }
}
