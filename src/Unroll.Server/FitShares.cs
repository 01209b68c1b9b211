namespace Unroll.Server;

/// <summary>
/// What the parts of a forecast usually take of the whole of it, for whoever shows one progress of all: the first fit, judging, and the fit
/// to all rows.
/// </summary>
/// <param name="Fitted">Where the first fit ends, 0 to 1.</param>
/// <param name="Judged">Where judging ends, 0 to 1; 1 where nothing is fitted again.</param>
internal readonly record struct FitShares(double Fitted, double Judged)
{
    /// <summary>Of a forecast whose forecasters are fitted again to all rows.</summary>
    public static FitShares WithRefit { get; } = new(0.65, 0.72);

    /// <summary>Of one whose forecasters stay as they were judged.</summary>
    public static FitShares Alone { get; } = new(0.9, 1);
}
