using System.Collections.ObjectModel;

namespace Unroll.Forecasting;

/// <summary>
/// Least squares with an intercept: the M outputs of n rows from K inputs each, Y ≈ X·W + c. Inputs are centred and brought to unit
/// deviation, then solved by Householder's QR decomposition (Golub and Van Loan, Matrix Computations, section 5.3), which keeps
/// twice the digits of the normal equations. With a ridge λ the sum that is minimised has λ·n·Σ(w·s)² added, where s is the
/// deviation of a weight's input: 0 is plain least squares, and 1 halves the weight of an input that is unrelated to the others.
/// </summary>
internal sealed class LinearRegression
{
    /// <summary>An input whose part not explained by those before it is smaller than this has no weight of its own.</summary>
    private const double Dependent = 1e-9;

    private readonly double[] _weights, _intercepts;

    private LinearRegression(double[] weights, double[] intercepts)
    {
        (_weights, _intercepts) = (weights, intercepts);
        Weights = Array.AsReadOnly(weights);
        Intercepts = Array.AsReadOnly(intercepts);
    }

    /// <summary>Known weights of one output.</summary>
    internal static LinearRegression Of(double[] weights, double intercept) => new(weights, [intercept]);

    /// <summary>K, the inputs of a row.</summary>
    public int Inputs => _weights.Length / _intercepts.Length;

    /// <summary>M, the outputs of a row.</summary>
    public int Outputs => _intercepts.Length;

    /// <summary>W, [M, K]: all weights of the first output come first. In units of output per unit of input.</summary>
    public ReadOnlyCollection<double> Weights { get; }

    /// <summary>c, M values in the outputs' units.</summary>
    public ReadOnlyCollection<double> Intercepts { get; }

    /// <summary>Fits weights to rows of inputs and outputs.</summary>
    /// <param name="inputs">[n, K], row-major.</param>
    /// <param name="outputs">[n, M], row-major.</param>
    /// <param name="rows">n.</param>
    /// <param name="ridge">λ, at least 0.</param>
    /// <exception cref="ArgumentException">The lengths are no multiples of n, or the ridge is below 0.</exception>
    /// <exception cref="UnrollException">
    /// A value is not finite, or without a ridge: there are fewer than K + 1 rows, or an input is constant or a combination of those before
    /// it.
    /// </exception>
    public static LinearRegression Fit(ReadOnlySpan<double> inputs, ReadOnlySpan<double> outputs, int rows, double ridge = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        if (inputs.IsEmpty || inputs.Length % rows != 0)
            throw new ArgumentException($"{inputs.Length} inputs are not the same number, at least 1, for each of {rows} rows.",
                nameof(inputs));
        if (outputs.IsEmpty || outputs.Length % rows != 0)
            throw new ArgumentException($"{outputs.Length} outputs are not the same number, at least 1, for each of {rows} rows.",
                nameof(outputs));
        if (!(ridge >= 0) || double.IsInfinity(ridge))
            throw new ArgumentOutOfRangeException(nameof(ridge), ridge, "A ridge is a finite number of at least 0.");
        int k = inputs.Length / rows, m = outputs.Length / rows;
        if (ridge == 0 && rows <= k)
            throw new UnrollException($"Least squares cannot find {k} weights and an intercept from {rows} rows. Use a longer training "
                + "range, fewer inputs, or a ridge above 0.");
        (double[][] x, double[] xMeans, double[] deviations) = Standardize(inputs, rows, k, "input", ridge > 0);
        (double[][] y, double[] yMeans, double[] spreads) = Standardize(outputs, rows, m, "output", true);
        if (ridge > 0)
            AddRidge(x, y, rows, Math.Sqrt(ridge * rows));
        double[][] solved = Solve(x, y);
        var weights = new double[m * k];
        var intercepts = new double[m];
        for (int o = 0; o < m; o++)
        {
            intercepts[o] = yMeans[o];
            for (int i = 0; i < k; i++)
            {
                double weight = deviations[i] > 0 ? solved[o][i] * spreads[o] / deviations[i] : 0;
                weights[(o * k) + i] = weight;
                intercepts[o] -= weight * xMeans[i];
            }
        }

        return new LinearRegression(weights, intercepts);
    }

    /// <summary>The M outputs for one row of K inputs.</summary>
    /// <exception cref="ArgumentException">There are not K inputs.</exception>
    public double[] Predict(ReadOnlySpan<double> input)
    {
        if (input.Length != Inputs)
            throw new ArgumentException($"These weights belong to {Inputs} inputs, but {input.Length} were given.", nameof(input));
        var outputs = new double[Outputs];
        for (int o = 0; o < outputs.Length; o++)
        {
            double sum = _intercepts[o];
            for (int i = 0; i < input.Length; i++)
                sum += _weights[(o * input.Length) + i] * input[i];
            outputs[o] = sum;
        }

        return outputs;
    }

    /// <summary>
    /// The columns with mean 0 and deviation 1, with what was taken from them; a constant one is left at 0, where that is allowed.
    /// </summary>
    private static (double[][] Columns, double[] Means, double[] Deviations) Standardize(
        ReadOnlySpan<double> values, int rows, int count, string what, bool mayBeConstant)
    {
        var columns = new double[count][];
        double[] means = new double[count], deviations = new double[count];
        for (int c = 0; c < count; c++)
        {
            double[] column = columns[c] = new double[rows];
            double sum = 0, squares = 0, size = 0;
            for (int row = 0; row < rows; row++)
            {
                column[row] = values[(row * count) + c];
                if (!double.IsFinite(column[row]))
                    throw new UnrollException($"Least squares needs finite values, but {what} {c + 1} of row {row + 1} is {column[row]}. "
                        + "Treat missing values first.");
                sum += column[row];
                size = Math.Max(size, Math.Abs(column[row]));
            }

            means[c] = sum / rows;
            for (int row = 0; row < rows; row++)
            {
                column[row] -= means[c];
                squares += column[row] * column[row];
            }

            double deviation = Math.Sqrt(squares / rows);
            if (deviation <= 1e-14 * size)
            {
                if (!mayBeConstant)
                    throw new UnrollException($"Least squares finds no weight for input {c + 1}: it is {values[c]} on every row. Leave it "
                        + "out, or use a ridge above 0.");
                Array.Clear(column);
                continue;
            }

            deviations[c] = deviation;
            for (int row = 0; row < rows; row++)
                column[row] /= deviation;
        }

        return (columns, means, deviations);
    }

    /// <summary>K further rows, each with the root of the ridge for one input, whose output is 0.</summary>
    private static void AddRidge(double[][] x, double[][] y, int rows, double root)
    {
        for (int c = 0; c < x.Length; c++)
        {
            Array.Resize(ref x[c], rows + x.Length);
            x[c][rows + c] = root;
        }

        for (int o = 0; o < y.Length; o++)
            Array.Resize(ref y[o], rows + x.Length);
    }

    /// <summary>The weights [M][K] of the smallest Σ(y − xw)². Columns of both are overwritten.</summary>
    private static double[][] Solve(double[][] x, double[][] y)
    {
        int k = x.Length, rows = x[0].Length;
        var diagonal = new double[k];
        for (int c = 0; c < k; c++)
        {
            double whole = Math.Sqrt(Dot(x[c], x[c], 0)), rest = Math.Sqrt(Dot(x[c], x[c], c));
            if (rest <= Dependent * whole)
                throw new UnrollException($"Least squares finds no weight for input {c + 1}: it is a combination of the inputs before it. "
                    + "Leave it out, or use a ridge above 0.");
            double[] v = x[c];
            diagonal[c] = v[c] > 0 ? -rest : rest;
            v[c] -= diagonal[c];
            double half = -diagonal[c] * v[c];
            for (int other = c + 1; other < k; other++)
                Reflect(v, x[other], c, half);
            foreach (double[] output in y)
                Reflect(v, output, c, half);
        }

        return Array.ConvertAll(y, output =>
        {
            var w = new double[k];
            for (int c = k - 1; c >= 0; c--)
            {
                double sum = output[c];
                for (int other = c + 1; other < k; other++)
                    sum -= x[other][c] * w[other];
                w[c] = sum / diagonal[c];
            }

            return w;
        });

        static void Reflect(double[] v, double[] column, int from, double half)
        {
            double factor = Dot(v, column, from) / half;
            for (int row = from; row < column.Length; row++)
                column[row] -= factor * v[row];
        }

        static double Dot(double[] a, double[] b, int from)
        {
            double sum = 0;
            for (int row = from; row < a.Length; row++)
                sum += a[row] * b[row];
            return sum;
        }
    }
}
