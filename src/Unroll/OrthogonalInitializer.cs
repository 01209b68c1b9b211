using Unroll.Kernels;
using Unroll.Layers;

namespace Unroll;

/// <summary>
/// Rows (or columns, where those are fewer) at right angles to each other (Saxe et al. 2014), as the recurrent kernels of Keras start.
/// </summary>
/// <param name="Gain">The length of each.</param>
/// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
public sealed record OrthogonalInitializer(double Gain = 1) : Initializer
{
    private const int MostByGramSchmidt = 256;

    /// <summary>The factor of the orthogonal matrix, a finite number (1).</summary>
    public double Gain { get; init => field = Option.Finite(value); } = Option.Finite(Gain, nameof(Gain));

    public override void Fill(Span<double> values, Shape shape, ref RandomSource random)
    {
        if (shape.Rank < 2)
            throw new UnrollException($"A parameter of shape {shape} cannot be orthogonal: only a matrix can. Choose another initializer.");
        FillMatrix(values, shape.Size / shape.Features, shape.Features, ref random);
        if (Gain == 1)
            return;
        foreach (ref double value in values)
            value *= Gain;
    }

    /// <summary>
    /// The Q of a QR decomposition of a normal matrix, with the signs that make R's diagonal positive, of which there is one. The vectors
    /// are the shorter side's: rows if rows ≤ columns. Up to 256 of them by Gram and Schmidt, whose bits are those of all versions; more by
    /// <see cref="CholeskyQr"/>, which comes to the same numbers but for rounding in double, and is many times as fast.
    /// </summary>
    private static void FillMatrix(Span<double> values, int rows, int columns, ref RandomSource random)
    {
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        Span<double> vectors = rows <= columns ? values : new double[values.Length];
        RandomSource again = random;
        Draw(vectors, ref random);
        if (count <= MostByGramSchmidt)
        {
            GramSchmidt(vectors, count, length);
        }
        else if (!CholeskyQr.TryOrthonormalize(vectors, count, length))
        {
            Draw(vectors, ref again);
            GramSchmidt(vectors, count, length);
        }

        for (int row = 0; row < rows && rows > columns; row++)
        {
            for (int column = 0; column < columns; column++)
                values[row * columns + column] = vectors[column * length + row];
        }
    }

    private static void Draw(Span<double> vectors, ref RandomSource random)
    {
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] = random.NextNormal();
    }

    /// <summary>In two passes, which leave no more than rounding.</summary>
    internal static void GramSchmidt(Span<double> vectors, int count, int length)
    {
        for (int i = 0; i < count; i++)
        {
            Span<double> vector = vectors.Slice(i * length, length);
            for (int pass = 0; pass < 2; pass++)
            {
                for (int k = 0; k < i; k++)
                {
                    ReadOnlySpan<double> other = vectors.Slice(k * length, length);
                    double along = Dot(other, vector);
                    for (int j = 0; j < vector.Length; j++)
                        vector[j] -= along * other[j];
                }
            }

            double norm = Math.Sqrt(Dot(vector, vector));
            for (int j = 0; j < vector.Length; j++)
                vector[j] /= norm;
        }
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
