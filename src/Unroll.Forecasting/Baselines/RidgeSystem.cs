using System.Numerics.Tensors;

namespace Unroll.Forecasting;

/// <summary>
/// Least squares with a penalty on large weights (ridge regression: Hoerl and Kennard 1970), through the normal equations, so that many
/// penalties are tried on one pass over the rows. Inputs are brought to mean 0 and deviation 1; with n rows the sum that is minimised
/// is Σ(y − xw − c)² + λ·n·Σw². <see cref="LinearRegression"/> keeps more digits, and knows no penalty of 0 here.
/// </summary>
/// <remarks>
/// For absolute errors, rows are weighted by the inverse of how far off least squares is there, which makes a weighted square an absolute
/// error (Huber's M-estimate by reweighted least squares: Holland and Welsch 1977). Errors below half of their mean count as squares, and
/// the weights of the rows are found for one penalty and are those of all.
/// </remarks>
internal sealed class RidgeSystem
{
    /// <summary>How often rows are weighted anew for absolute errors; more changes little.</summary>
    private const int Rounds = 2;

    /// <summary>
    /// The penalty that the weights of rows are found with, and the share of the mean error below which errors count as squares.
    /// </summary>
    private const double MiddlePenalty = 0.1, Squared = 0.5;

    private readonly double[] _means, _deviations, _gram, _moments;
    private readonly int _rows, _inputs;
    private double _mean;

    /// <param name="columns">K inputs of n values each; overwritten.</param>
    /// <param name="outputs">n values.</param>
    /// <param name="isAbsolute">Whether absolute errors are to be small, not squares.</param>
    public RidgeSystem(double[][] columns, ReadOnlySpan<double> outputs, bool isAbsolute = false)
    {
        (_rows, _inputs) = (outputs.Length, columns.Length);
        (_means, _deviations) = (new double[_inputs], new double[_inputs]);
        (_gram, _moments) = (new double[_inputs * _inputs], new double[_inputs]);
        _mean = TensorPrimitives.Sum(outputs) / _rows;
        double[] y = outputs.ToArray();
        TensorPrimitives.Subtract(y, _mean, y);
        for (int i = 0; i < _inputs; i++)
        {
            double[] x = columns[i];
            _means[i] = TensorPrimitives.Sum<double>(x) / _rows;
            TensorPrimitives.Subtract(x, _means[i], x);
            double deviation = Math.Sqrt(TensorPrimitives.SumOfSquares<double>(x) / _rows);
            _deviations[i] = deviation > 1e-9 * (1 + Math.Abs(_means[i])) ? deviation : double.PositiveInfinity;
            TensorPrimitives.Divide(x, _deviations[i], x);
            _moments[i] = TensorPrimitives.Dot<double>(x, y);
        }

        for (int i = 0; i < _inputs; i++)
        {
            for (int j = 0; j <= i; j++)
                _gram[(i * _inputs) + j] = TensorPrimitives.Dot<double>(columns[i], columns[j]);
        }

        if (isAbsolute)
            Reweigh(columns, y);
    }

    /// <summary>The equations of some of the inputs of others.</summary>
    private RidgeSystem(RidgeSystem whole, int[] kept)
    {
        (_rows, _inputs, _mean) = (whole._rows, kept.Length, whole._mean);
        (_means, _deviations, _moments) = (Array.ConvertAll(kept, i => whole._means[i]), Array.ConvertAll(kept, i => whole._deviations[i]),
            Array.ConvertAll(kept, i => whole._moments[i]));
        _gram = new double[_inputs * _inputs];
        for (int i = 0; i < _inputs; i++)
        {
            for (int j = 0; j <= i; j++)
                _gram[(i * _inputs) + j] = whole._gram[(kept[i] * whole._inputs) + kept[j]];
        }
    }

    /// <summary>The weights, in units of output per unit of input, and last the intercept, for a penalty λ above 0.</summary>
    public double[] Solve(double penalty)
    {
        double[] w = Standardize(penalty), weights = new double[_inputs + 1];
        weights[_inputs] = _mean;
        for (int i = 0; i < _inputs; i++)
        {
            weights[i] = w[i] / _deviations[i];
            weights[_inputs] -= weights[i] * _means[i];
        }

        return weights;
    }

    /// <summary>The weights of inputs of deviation 1.</summary>
    private double[] Standardize(double penalty)
    {
        int k = _inputs;
        double[] factor = (double[])_gram.Clone(), w = (double[])_moments.Clone();
        // Cholesky's factor L of the lower triangle, row by row, then L·z = m and Lᵀ·w = z.
        for (int i = 0; i < k; i++)
        {
            Span<double> row = factor.AsSpan(i * k, k);
            row[i] += penalty * _rows;
            for (int j = 0; j < i; j++)
                row[j] = (row[j] - TensorPrimitives.Dot<double>(row[..j], factor.AsSpan(j * k, j))) / factor[(j * k) + j];
            row[i] = Math.Sqrt(row[i] - TensorPrimitives.SumOfSquares<double>(row[..i]));
            w[i] = (w[i] - TensorPrimitives.Dot<double>(row[..i], w.AsSpan(0, i))) / row[i];
        }

        for (int i = k - 1; i >= 0; i--)
        {
            w[i] /= factor[(i * k) + i];
            TensorPrimitives.MultiplyAdd(factor.AsSpan(i * k, i), -w[i], w.AsSpan(0, i), w.AsSpan(0, i));
        }

        return w;
    }

    /// <summary>The equations with every row weighted by the inverse of its error, and means of the weighted rows.</summary>
    /// <param name="columns">Of mean 0 and deviation 1.</param>
    /// <param name="y">Of mean 0.</param>
    private void Reweigh(double[][] columns, double[] y)
    {
        double[] weighted = new double[_rows], rowWeights = new double[_rows], centres = new double[_inputs];
        double centre = 0;
        for (int round = 0; round < Rounds; round++)
        {
            double[] w = Standardize(MiddlePenalty), errors = weighted;
            errors.AsSpan().Fill(-centre + TensorPrimitives.Dot(w, centres));
            TensorPrimitives.Add(errors, y, errors);
            for (int i = 0; i < _inputs; i++)
                TensorPrimitives.MultiplyAdd(columns[i], -w[i], errors, errors);
            double mean = TensorPrimitives.SumOfMagnitudes<double>(errors) / _rows;
            if (!(mean > 0))
                break;
            for (int row = 0; row < _rows; row++)
                rowWeights[row] = 1 / Math.Max(Math.Abs(errors[row]), Squared * mean);
            TensorPrimitives.Multiply(rowWeights, _rows / TensorPrimitives.Sum<double>(rowWeights), rowWeights);
            centre = TensorPrimitives.Dot<double>(rowWeights, y) / _rows;
            for (int i = 0; i < _inputs; i++)
            {
                centres[i] = TensorPrimitives.Dot<double>(rowWeights, columns[i]) / _rows;
                TensorPrimitives.Subtract(columns[i], centres[i], weighted);
                TensorPrimitives.Multiply(weighted, rowWeights, weighted);

                // Weighted values sum to 0, so the other factor need not be moved.
                _moments[i] = TensorPrimitives.Dot<double>(weighted, y);
                for (int j = 0; j <= i; j++)
                    _gram[(i * _inputs) + j] = TensorPrimitives.Dot<double>(weighted, columns[j]);
            }
        }

        _mean += centre;
        for (int i = 0; i < _inputs; i++)
            _means[i] += double.IsFinite(_deviations[i]) ? centres[i] * _deviations[i] : 0;
    }

    /// <summary>The same with some of the inputs left out: their weights are 0.</summary>
    /// <param name="penalty">λ, above 0.</param>
    /// <param name="first">The first input that is left out.</param>
    /// <param name="last">The input after the last that is left out.</param>
    public double[] Solve(double penalty, int first, int last)
    {
        if (first >= last)
            return Solve(penalty);
        int[] kept = [.. Enumerable.Range(0, _inputs).Where(i => i < first || i >= last)];
        var weights = new double[_inputs + 1];
        double[] own = new RidgeSystem(this, kept).Solve(penalty);
        for (int i = 0; i < kept.Length; i++)
            weights[kept[i]] = own[i];
        weights[_inputs] = own[^1];
        return weights;
    }

    /// <summary>The output of weights from <see cref="Solve(double)"/> for one row of inputs.</summary>
    public static double Predict(ReadOnlySpan<double> weights, ReadOnlySpan<double> inputs) =>
        TensorPrimitives.Dot(weights[..^1], inputs) + weights[^1];
}
