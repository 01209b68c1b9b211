using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// The terms of a model ARIMA(p,d,q)(P,D,Q)[m] (Box and Jenkins 1970; fpp3, chapter 9): the rows y, differenced D times over a season and d
/// times from row to row, are w, with (1 − φ₁B − … − φₚBᵖ)(1 − Φ₁Bᵐ − …)(w − c) = (1 + θ₁B + … + θ_qB^q)(1 + Θ₁Bᵐ + …)e, where B goes
/// back by a row.
/// </summary>
/// <param name="P">p, how many of the newest rows have a say.</param>
/// <param name="D">d, how often rows are differenced.</param>
/// <param name="Q">q, how many of the newest errors have a say.</param>
/// <param name="SeasonalP">P, the same for rows that are seasons apart.</param>
/// <param name="SeasonalD">D, how often rows are differenced over a season.</param>
/// <param name="SeasonalQ">Q, the same for errors that are seasons apart.</param>
/// <param name="Period">m, the rows of one season; 1 for none.</param>
/// <param name="HasConstant">Whether c is fitted, the mean of w: with one difference a drift, without one the mean of the
/// rows; else it is 0.</param>
public sealed record ArimaOrder(
    int P, int D, int Q, int SeasonalP = 0, int SeasonalD = 0, int SeasonalQ = 0, int Period = 1, bool HasConstant = false)
{
    internal const int MostTerms = 5, MostSeasonalTerms = 2, MostDifferences = 2;

    /// <summary>How many coefficients are fitted, without c.</summary>
    internal int Coefficients => P + Q + SeasonalP + SeasonalQ;

    /// <summary>How many rows back the rows have a say.</summary>
    internal int AutoregressiveLags => P + (Period * SeasonalP);

    /// <summary>How many rows back the errors have a say.</summary>
    internal int MovingAverageLags => Q + (Period * SeasonalQ);

    /// <summary>How many rows the differences cost.</summary>
    internal int LostRows => D + (Period * SeasonalD);

    /// <summary>What the state of a row has to remember: as many numbers as these.</summary>
    internal int States => Math.Max(Math.Max(AutoregressiveLags, MovingAverageLags + 1), 1);

    /// <summary>Whether the numbers are in the range that this library fits.</summary>
    internal bool IsInRange =>
        P is >= 0 and <= MostTerms && Q is >= 0 and <= MostTerms && D is >= 0 and <= MostDifferences
        && Period is >= 1 and <= EtsRule.LongestPeriod
        && SeasonalP is >= 0 and <= MostSeasonalTerms && SeasonalQ is >= 0 and <= MostSeasonalTerms && SeasonalD is >= 0 and <= 1
        && (Period > 1 || SeasonalP + SeasonalD + SeasonalQ == 0);

    /// <summary>For example ARIMA(0,1,1)(0,1,1)[12].</summary>
    public override string ToString()
    {
        string season = SeasonalP + SeasonalD + SeasonalQ > 0
            ? string.Create(CultureInfo.InvariantCulture, $"({SeasonalP},{SeasonalD},{SeasonalQ})[{Period}]")
            : "";
        string constant = !HasConstant ? "" : D + SeasonalD == 0 ? " with mean" : " with drift";
        return string.Create(CultureInfo.InvariantCulture, $"ARIMA({P},{D},{Q}){season}{constant}");
    }
}
