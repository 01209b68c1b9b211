namespace Unroll.Forecasting;

/// <summary>How errors enter: added to the expected value, or in proportion to it.</summary>
public enum EtsError
{
    /// <summary>Added to the expected value.</summary>
    Additive,

    /// <summary>In proportion to the expected value.</summary>
    Multiplicative,
}

/// <summary>How the level moves on: not at all, along a line, or along a line that flattens out.</summary>
public enum EtsTrend
{
    /// <summary>No trend.</summary>
    None,

    /// <summary>Along a line.</summary>
    Additive,

    /// <summary>Along a line that flattens out.</summary>
    Damped,
}

/// <summary>How seasons enter: not at all, added to the level, or in proportion to it.</summary>
public enum EtsSeason
{
    /// <summary>No season.</summary>
    None,

    /// <summary>Added to the level.</summary>
    Additive,

    /// <summary>In proportion to the level.</summary>
    Multiplicative,
}

/// <summary>
/// One of the models of exponential smoothing, ETS(error, trend, season), in the taxonomy of Hyndman, Koehler, Ord and Snyder (2008)
/// and of fpp3, section 8.4. The error has a say in the fit and in the choice of a model; predictions follow from trend and season.
/// </summary>
/// <remarks>
/// With expected value μ, error e = y − μ, level l, trend b, season s (period m) and damping φ (1 where the trend is not damped):
/// <code>
/// no season        μ = l + φb         l ← l + φb + αe     b ← φb + βe
/// additive         μ = l + φb + s     l ← l + φb + αe     b ← φb + βe     s ← s + γe
/// multiplicative   μ = (l + φb)·s     l ← l + φb + αe/s   b ← φb + βe/s   s ← s + γe/(l + φb)
/// </code>
/// the error-correction form of fpp3, section 8.5, where a multiplicative error ε = e/μ leads to the same recursions.
/// </remarks>
/// <param name="Error">How errors enter.</param>
/// <param name="Trend">How the level moves on.</param>
/// <param name="Season">How seasons enter.</param>
public sealed record EtsModel(EtsError Error, EtsTrend Trend, EtsSeason Season)
{
    /// <summary>Simple exponential smoothing, ETS(A,N,N).</summary>
    public static EtsModel Simple { get; } = new(EtsError.Additive, EtsTrend.None, EtsSeason.None);

    /// <summary>Holt's linear trend, ETS(A,A,N).</summary>
    public static EtsModel Holt { get; } = new(EtsError.Additive, EtsTrend.Additive, EtsSeason.None);

    /// <summary>Holt's trend, damped, ETS(A,Ad,N).</summary>
    public static EtsModel DampedHolt { get; } = new(EtsError.Additive, EtsTrend.Damped, EtsSeason.None);

    /// <summary>Holt and Winters' additive seasons, ETS(A,A,A).</summary>
    public static EtsModel HoltWintersAdditive { get; } = new(EtsError.Additive, EtsTrend.Additive, EtsSeason.Additive);

    /// <summary>Holt and Winters' multiplicative seasons, ETS(M,A,M).</summary>
    public static EtsModel HoltWintersMultiplicative { get; } = new(EtsError.Multiplicative, EtsTrend.Additive, EtsSeason.Multiplicative);

    /// <summary>Whether the model is defined for values above 0 only.</summary>
    public bool NeedsPositiveValues => Error == EtsError.Multiplicative || Season == EtsSeason.Multiplicative;

    /// <summary>
    /// The models a search chooses from: both errors, the three trends, and where there is a period both seasons; without
    /// ETS(A,·,M), whose variance is not finite (fpp3, section 8.6).
    /// </summary>
    internal static IEnumerable<EtsModel> Candidates(bool seasonal, bool positive) =>
        from error in Enum.GetValues<EtsError>()
        from trend in Enum.GetValues<EtsTrend>()
        from season in Enum.GetValues<EtsSeason>()
        let model = new EtsModel(error, trend, season)
        where (seasonal || season == EtsSeason.None) && (positive || !model.NeedsPositiveValues)
        where error == EtsError.Multiplicative || season != EtsSeason.Multiplicative
        select model;

    /// <summary>For example ETS(A,Ad,M).</summary>
    public override string ToString()
    {
        string error = Error == EtsError.Additive ? "A" : "M";
        string trend = Trend switch { EtsTrend.None => "N", EtsTrend.Additive => "A", _ => "Ad" };
        string season = Season switch { EtsSeason.None => "N", EtsSeason.Additive => "A", _ => "M" };
        return $"ETS({error},{trend},{season})";
    }
}
