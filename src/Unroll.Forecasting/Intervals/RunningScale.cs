namespace Unroll.Forecasting;

/// <summary>
/// How large errors have been lately, as a multiple of their usual size: s ← 0.94·s + 0.06·u over the sizes u of newer and newer errors
/// (0.94 is what RiskMetrics 1996 uses for daily prices), and what it was at each origin.
/// </summary>
/// <remarks>
/// An error counts at most four times the present scale, so that an outlier moves it by less than a fifth, and s stays between a tenth and
/// ten. Where errors have grown altogether, which the median of the newest nine tells and four outliers among them do not, half that median
/// is used in place of a smaller s^β.
/// </remarks>
internal sealed class RunningScale(int origins)
{
    /// <summary>How many times what is usual an error counts at most.</summary>
    private const double Most = 4;

    private const double Decay = 0.94, Least = 0.1, Largest = 10;
    private const int FirstErrors = 20, Newest = 9;

    /// <summary>[origins] the logarithms of s and of half the median.</summary>
    private readonly double[] _logs = new double[origins], _surges = new double[origins];
    private readonly double[] _newest = new double[Newest], _sorted = new double[Newest];
    private double _scale;
    private int _count, _origin;

    /// <summary>Begins anew at the first origin, from the mean of the first errors.</summary>
    /// <param name="sizes">Errors in units of what is usual so far ahead, oldest first; those that are not finite are left out.</param>
    public void Start(IEnumerable<double> sizes)
    {
        double[] first = [.. sizes.Where(double.IsFinite).Take(FirstErrors)];
        _scale = first.Length == 0 ? 1 : Math.Clamp(first.Average(size => Math.Min(size, Most)), Least, Largest);
        (_count, _origin) = (0, 0);
        Keep();
    }

    /// <param name="size">An error in units of what is usual so far ahead; nothing happens where it is not finite.</param>
    public void Add(double size)
    {
        if (!double.IsFinite(size))
            return;
        _scale = Math.Clamp((Decay * _scale) + ((1 - Decay) * Math.Min(size, Most * _scale)), Least, Largest);
        _newest[_count++ % Newest] = size;
    }

    /// <summary>Goes to the next origin.</summary>
    public void Next()
    {
        _origin++;
        Keep();
    }

    /// <summary>β·log s, or the logarithm of half the median of the newest nine errors where that is more.</summary>
    public double Log(int origin, double power) => Math.Max(power * _logs[origin], _surges[origin]);

    private void Keep()
    {
        if (_origin >= _logs.Length)
            return;
        _newest.CopyTo(_sorted, 0);
        Array.Sort(_sorted);
        _logs[_origin] = Math.Log(_scale);
        _surges[_origin] = _count < Newest ? double.NegativeInfinity : Math.Log(_sorted[Newest / 2] / 2);
    }
}
