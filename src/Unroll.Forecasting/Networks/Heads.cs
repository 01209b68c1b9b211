namespace Unroll.Forecasting;

/// <summary>What a <see cref="ForecastHead"/> is trained with, where it starts, and the quantiles that its outputs stand for.</summary>
internal static class Heads
{
    /// <summary>The place of the median among <see cref="Levels"/>.</summary>
    public const int Median = 6;

    /// <summary>K probabilities, mirrored at the median: those of the quantiles of every head.</summary>
    public static readonly double[] Levels = [0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975];

    private static readonly QuantileLoss s_quantile = new(Levels);
    private static readonly GaussianLoss s_gaussian = new();
    private static readonly StudentTLoss s_student = new();
    private static readonly Lazy<StudentTTable> s_table = new(() => new StudentTTable(Levels[(Median + 1)..]));

    /// <summary>The loss; null for the one that the training options name.</summary>
    /// <exception cref="UnrollException">There is no such head.</exception>
    public static Loss? LossOf(ForecastHead head) => head switch
    {
        ForecastHead.None => null,
        ForecastHead.Quantile => s_quantile,
        ForecastHead.Gaussian => s_gaussian,
        ForecastHead.StudentT => s_student,
        _ => throw new UnrollException($"There is no head {head}. Choose None, Quantile, Gaussian or StudentT."),
    };

    /// <summary>Outputs for each row ahead.</summary>
    public static int OutputsOf(ForecastHead head) => LossOf(head)?.OutputsPerTarget ?? 1;

    /// <summary>
    /// What the outputs start from, so that training begins near the distribution of the targets, which have deviation 1: σ = 1, or
    /// Student's t with ν about 5 and that deviation.
    /// </summary>
    public static float[] StartOf(ForecastHead head) => head switch
    {
        ForecastHead.Quantile => [.. Levels.Select(level => (float)Distributions.NormalQuantile(level))],
        ForecastHead.Gaussian => [0, 0.5413f],
        ForecastHead.StudentT => [0, 0.16f, 3],
        _ => [0],
    };

    /// <summary>
    /// Quantiles of Student's t of the levels above the median, [levels][nodes], at 1/ν = i/512: what is interpolated between.
    /// </summary>
    public static (double[][] Upper, int Nodes) StudentTNodes => (s_table.Value.Values, StudentTTable.Nodes);

    /// <summary>
    /// The quantiles that n rows' outputs stand for, [n, K], none below the one before it, in units of the networks' targets.
    /// </summary>
    public static double[] Quantiles(ForecastHead head, float[] outputs) => head switch
    {
        ForecastHead.StudentT => s_table.Value.Quantiles(s_student.Parameters(outputs)),
        _ => DistributionOutputs.Quantiles(LossOf(head)!, outputs, Levels),
    };

    /// <summary>
    /// Quantiles of Student's t for ν above 2, by cubic interpolation in 1/ν, in which they are smooth: good to about 10⁻⁹, and a thousand
    /// times faster than solving for each.
    /// </summary>
    private sealed class StudentTTable
    {
        public const int Nodes = 257;

        /// <summary>[upper levels][nodes], node i at 1/ν = i/512.</summary>
        private readonly double[][] _values;

        public StudentTTable(double[] upper) => _values = Array.ConvertAll(upper, level => Enumerable.Range(0, Nodes)
            .Select(i => i == 0 ? Distributions.NormalQuantile(level) : Distributions.StudentTQuantile(level, 2.0 * (Nodes - 1) / i))
                .ToArray());

        public double[][] Values => _values;

        public double[] Quantiles(StudentTParameters[] parameters)
        {
            int each = Levels.Length;
            var quantiles = new double[parameters.Length * each];
            for (int i = 0; i < parameters.Length; i++)
            {
                (double location, double scale, double degrees) = parameters[i];
                double at = 2 * (Nodes - 1) / degrees;
                int node = Math.Clamp((int)at, 1, Nodes - 3);
                double x = at - node;
                quantiles[(i * each) + Median] = location;
                for (int k = 0; k < _values.Length; k++)
                {
                    double[] v = _values[k];
                    // Lagrange on the nodes −1, 0, 1 and 2.
                    double t = (-x * (x - 1) * (x - 2) / 6 * v[node - 1]) + ((x + 1) * (x - 1) * (x - 2) / 2 * v[node])
                        + (-(x + 1) * x * (x - 2) / 2 * v[node + 1]) + ((x + 1) * x * (x - 1) / 6 * v[node + 2]);
                    quantiles[(i * each) + Median + 1 + k] = location + (scale * t);
                    quantiles[(i * each) + Median - 1 - k] = location - (scale * t);
                }
            }

            return quantiles;
        }
    }
}
