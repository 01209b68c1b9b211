namespace Unroll.Forecasting;

/// <summary>The normal and the Student-t distribution, to about 13 digits.</summary>
internal static class Distributions
{
    private const int MaximumTerms = 1000;
    private const double Precision = 1e-16;

    /// <summary>
    /// From so many degrees of freedom on the incomplete beta function loses digits, and three terms of a series have them all.
    /// </summary>
    private const double AlmostNormal = 1e5;

    // Lanczos' approximation with g = 7 and 9 terms.
    private static readonly double[] s_lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
        12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>Φ(x), the probability that a standard normal value is at most <paramref name="x"/>.</summary>
    public static double NormalCdf(double x) => 0.5 * Erfc(-x / Math.Sqrt(2));

    /// <summary>φ(x) = exp(−x²/2) / √(2π).</summary>
    public static double NormalDensity(double x) => Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);

    /// <summary>The x with Φ(x) = <paramref name="probability"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not between 0 and 1.</exception>
    public static double NormalQuantile(double probability) => Quantile(probability, NormalCdf, double.NaN);

    /// <summary>The probability that a Student-t value is at most <paramref name="t"/>, through the incomplete beta function.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The degrees of freedom are not above 0.</exception>
    public static double StudentTCdf(double t, double degreesOfFreedom)
    {
        CheckDegrees(degreesOfFreedom);
        return StudentTCdf(t, degreesOfFreedom, LogBeta(0.5, degreesOfFreedom / 2));
    }

    /// <param name="t">t.</param>
    /// <param name="v">ν.</param>
    /// <param name="logBeta">ln B(½, ν/2), which takes longer than the rest.</param>
    private static double StudentTCdf(double t, double v, double logBeta)
    {
        double square = t * t;
        if (square < v)
        {
            double half = 0.5 * IncompleteBeta(0.5, v / 2, square / (v + square), logBeta);
            return t < 0 ? 0.5 - half : 0.5 + half;
        }

        double tail = 0.5 * (double.IsInfinity(square) ? 0 : IncompleteBeta(v / 2, 0.5, v / (v + square), logBeta));
        return t < 0 ? tail : 1 - tail;
    }

    /// <summary>The density Γ((ν + 1)/2) / (√(νπ) Γ(ν/2)) · (1 + t²/ν)^(−(ν + 1)/2).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The degrees of freedom are not above 0.</exception>
    public static double StudentTDensity(double t, double degreesOfFreedom) => StudentT(degreesOfFreedom).Density(t);

    /// <summary>The density for many t of the same degrees of freedom.</summary>
    internal static StudentT StudentT(double degreesOfFreedom)
    {
        CheckDegrees(degreesOfFreedom);
        return new StudentT(degreesOfFreedom, -LogBeta(0.5, degreesOfFreedom / 2) - (0.5 * Math.Log(degreesOfFreedom)));
    }

    /// <summary>
    /// The t at which the cumulative probability is <paramref name="probability"/>; from 100 000 degrees of freedom on, from the normal
    /// quantile (Abramowitz and Stegun 26.7.5).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not between 0 and 1, or the degrees of freedom
    /// not above 0.</exception>
    public static double StudentTQuantile(double probability, double degreesOfFreedom)
    {
        CheckDegrees(degreesOfFreedom);
        if (degreesOfFreedom >= AlmostNormal)
        {
            double z = NormalQuantile(probability), square = z * z;
            return z + (z * (square + 1) / 4 / degreesOfFreedom)
                + (z * ((((5 * square) + 16) * square) + 3) / 96 / degreesOfFreedom / degreesOfFreedom);
        }

        double logBeta = LogBeta(0.5, degreesOfFreedom / 2);
        return Quantile(probability, t => StudentTCdf(t, degreesOfFreedom, logBeta),
            NearStudentT(Math.Min(probability, 1 - probability), degreesOfFreedom, logBeta));
    }

    /// <summary>
    /// The quantile but for the last digits, by Newton's method from the first terms of Abramowitz and Stegun 26.7.5; NaN where it does not
    /// come to rest.
    /// </summary>
    private static double NearStudentT(double probability, double v, double logBeta)
    {
        const int MostSteps = 20;
        const double Rest = 1e-13, Middle = 1e-3;
        if (probability is not (> 0 and < 0.5))
            return double.NaN;
        double z = NormalQuantile(probability), t = z + (z * ((z * z) + 1) / 4 / v);
        for (int i = 0; i < MostSteps; i++)
        {
            double density = Math.Exp(-logBeta - (0.5 * Math.Log(v)) - (0.5 * (v + 1) * Math.Log(1 + (t * t / v))));
            double step = (StudentTCdf(t, v, logBeta) - probability) / density;
            t -= step;
            if (!(t < -Middle))
                return double.NaN;
            if (Math.Abs(step) <= Rest * -t)
                return t;
        }

        return double.NaN;
    }

    /// <summary>P(|T| ≥ |t|), the p-value of a two-sided test: I(ν/(ν + t²); ν/2, ½).</summary>
    internal static double StudentTTails(double t, double degreesOfFreedom) =>
        double.IsInfinity(t * t) ? 0 : IncompleteBeta(degreesOfFreedom / 2, 0.5, degreesOfFreedom / (degreesOfFreedom + (t * t)));

    /// <summary>ln Γ(x) for x above 0, by Lanczos' approximation.</summary>
    internal static double LogGamma(double x)
    {
        if (x < 0.5)
            return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        double sum = s_lanczos[0], t = x + 6.5;
        for (int i = 1; i < s_lanczos.Length; i++)
            sum += s_lanczos[i] / (x - 1 + i);
        return (0.5 * Math.Log(2 * Math.PI)) + ((x - 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }

    internal static double LogBeta(double a, double b) => LogGamma(a) + LogGamma(b) - LogGamma(a + b);

    /// <summary>
    /// I(x; a, b), the regularised incomplete beta function, for x in [0, 1]: the continued fraction 26.5.8 of Abramowitz and Stegun,
    /// evaluated by Lentz' method on the side where it converges fast.
    /// </summary>
    internal static double IncompleteBeta(double a, double b, double x) => IncompleteBeta(a, b, x, LogBeta(a, b));

    private static double IncompleteBeta(double a, double b, double x, double logBeta)
    {
        if (x <= 0)
            return 0;
        if (x >= 1)
            return 1;
        double front = Math.Exp((a * Math.Log(x)) + (b * Math.Log(1 - x)) - logBeta);
        return x < (a + 1) / (a + b + 2) ? front * Fraction(a, b, x) / a : 1 - (front * Fraction(b, a, 1 - x) / b);
    }

    /// <summary>1 − erf(x): the series of Abramowitz and Stegun 7.1.6 near 0, the continued fraction 7.1.14 elsewhere.</summary>
    internal static double Erfc(double x)
    {
        if (x < 0)
            return 2 - Erfc(-x);
        double square = x * x, front = Math.Exp(-square) / Math.Sqrt(Math.PI);
        if (x < 2)
        {
            double term = x, sum = x;
            for (int n = 1; n < MaximumTerms && term > Precision * sum; n++)
                sum += term *= square / (n + 0.5);
            return 1 - (2 * front * sum);
        }

        double tail = x;
        for (int n = 200; n > 0; n--)
            tail = x + (0.5 * n / tail);
        return front / tail;
    }

    private static double Fraction(double a, double b, double x)
    {
        double c = 1, d = 1 / NotZero(1 - ((a + b) * x / (a + 1))), value = d;
        for (int m = 1; m < MaximumTerms; m++)
        {
            double even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            d = 1 / NotZero(1 + (even * d));
            c = NotZero(1 + (even / c));
            value *= c * d;
            double odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            d = 1 / NotZero(1 + (odd * d));
            c = NotZero(1 + (odd / c));
            value *= c * d;
            if (Math.Abs((c * d) - 1) < Precision)
                break;
        }

        return value;

        static double NotZero(double x) => Math.Abs(x) < 1e-300 ? 1e-300 : x;
    }

    /// <summary>
    /// The inverse of a distribution that is symmetric about 0, by bisection of the lower half. What it is near to spares the steps whose
    /// result is certain, and changes no bit.
    /// </summary>
    private static double Quantile(double probability, Func<double, double> cdf, double near)
    {
        const double Margin = 1e-10;
        if (probability is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A quantile needs a probability between 0 and 1.");
        if (probability == 0.5)
            return 0;
        if (probability > 0.5)
            return -Quantile(1 - probability, cdf, near);
        double low = -1, high = 0;
        while (IsAbove(low))
            (low, high) = (2 * low, low);
        while (true)
        {
            double middle = (low + high) / 2;
            if (middle <= low || middle >= high)
                return middle;
            if (IsAbove(middle))
                high = middle;
            else
                low = middle;
        }

        bool IsAbove(double t) => Math.Abs(t - near) > -Margin * near ? t > near : cdf(t) > probability;
    }

    private static void CheckDegrees(double degreesOfFreedom)
    {
        if (!(degreesOfFreedom > 0) || double.IsInfinity(degreesOfFreedom))
            throw new ArgumentOutOfRangeException(nameof(degreesOfFreedom), degreesOfFreedom, "Degrees of freedom are a number above 0.");
    }
}
