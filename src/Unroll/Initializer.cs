using Unroll.Kernels;

namespace Unroll;

/// <summary>
/// How weights start. The fans are those of the fused matrix, as in Keras: for an LSTM's kernel [F, 4H],
/// fan-in is F and fan-out 4H. For the kernel of a convolution [K, F, filters] they are K·F and K·filters.
/// </summary>
public enum Initializer
{
    Zeros,
    Ones,

    /// <summary>Uniform in ±√(6/(fan-in + fan-out)) (Glorot and Bengio 2010).</summary>
    GlorotUniform,

    /// <summary>Normal, σ² = 2/(fan-in + fan-out), cut at 2σ.</summary>
    GlorotNormal,

    /// <summary>Uniform in ±√(6/fan-in) (He et al. 2015).</summary>
    HeUniform,

    /// <summary>Normal, σ² = 2/fan-in, cut at 2σ.</summary>
    HeNormal,

    /// <summary>Uniform in ±√(3/fan-in) (LeCun et al. 1998).</summary>
    LecunUniform,

    /// <summary>Normal, σ² = 1/fan-in, cut at 2σ.</summary>
    LecunNormal,

    /// <summary>Rows (or columns, where those are fewer) of length 1 at right angles to each other (Saxe et al. 2014).</summary>
    Orthogonal,

    /// <summary>Uniform in ±0.05.</summary>
    RandomUniform,

    /// <summary>Normal, σ = 0.05.</summary>
    RandomNormal,

    /// <summary>
    /// Normal, σ = 1, as embeddings start in PyTorch. With many tokens and long sequences an <see cref="Embedding"/> that starts like this
    /// learns from the first epoch on, where the small numbers of Keras' ±0.05 say too little for the layers behind it.
    /// </summary>
    StandardNormal,
}

internal static class InitializerExtensions
{
    private const int MostByGramSchmidt = 256;

    /// <summary>Fills a parameter of the given shape; a vector's fans are both its length.</summary>
    public static double[] Create(this Initializer initializer, Shape shape, ref RandomSource random)
    {
        var values = new double[shape.Size];
        int rows = shape.Size / shape.Features;
        double fanIn = shape.Rank == 1 ? shape[0] : rows, fanOut = shape.Rank < 3 ? shape.Features : shape.Size / shape[shape.Rank - 2];
        switch (initializer)
        {
            case Initializer.Zeros:
                break;
            case Initializer.Ones:
                Array.Fill(values, 1.0);
                break;
            case Initializer.GlorotUniform:
                Uniform(values, Math.Sqrt(6 / (fanIn + fanOut)), ref random);
                break;
            case Initializer.HeUniform:
                Uniform(values, Math.Sqrt(6 / fanIn), ref random);
                break;
            case Initializer.LecunUniform:
                Uniform(values, Math.Sqrt(3 / fanIn), ref random);
                break;
            case Initializer.GlorotNormal:
                TruncatedNormal(values, Math.Sqrt(2 / (fanIn + fanOut)), ref random);
                break;
            case Initializer.HeNormal:
                TruncatedNormal(values, Math.Sqrt(2 / fanIn), ref random);
                break;
            case Initializer.LecunNormal:
                TruncatedNormal(values, Math.Sqrt(1 / fanIn), ref random);
                break;
            case Initializer.Orthogonal:
                Orthogonal(values, rows, shape.Features, ref random);
                break;
            case Initializer.RandomUniform:
                Uniform(values, 0.05, ref random);
                break;
            case Initializer.RandomNormal:
                Normal(values, 0.05, ref random);
                break;
            case Initializer.StandardNormal:
                Normal(values, 1, ref random);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(initializer), initializer, "Unknown initializer.");
        }

        return values;
    }

    private static void Uniform(double[] values, double limit, ref RandomSource random)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = limit * (2 * random.NextDouble() - 1);
    }

    private static void Normal(double[] values, double deviation, ref RandomSource random)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = deviation * random.NextNormal();
    }

    /// <summary>
    /// Normal values beyond two deviations are drawn again; the deviation is raised so that what is left has the one asked for.
    /// </summary>
    private static void TruncatedNormal(double[] values, double deviation, ref RandomSource random)
    {
        const double DeviationAfterCut = 0.87962566103423978;
        for (int i = 0; i < values.Length;)
        {
            double z = random.NextNormal();
            if (Math.Abs(z) <= 2)
                values[i++] = z * deviation / DeviationAfterCut;
        }
    }

    /// <summary>
    /// The Q of a QR decomposition of a normal matrix, with the signs that make R's diagonal positive, of which there is one. The vectors
    /// are the shorter side's: rows if rows ≤ columns. Up to 256 of them by Gram and Schmidt, whose bits are those of all versions; more by
    /// <see cref="CholeskyQr"/>, which comes to the same numbers but for rounding in double, and is many times as fast.
    /// </summary>
    private static void Orthogonal(double[] values, int rows, int columns, ref RandomSource random)
    {
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        double[] vectors = rows <= columns ? values : new double[values.Length];
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

    private static void Draw(double[] vectors, ref RandomSource random)
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
