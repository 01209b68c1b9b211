using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The table of a forecast's results: a line a network, then a line a baseline, the lowest RMSE marked.</summary>
internal static class ResultTable
{
    /// <summary>Stands below the table.</summary>
    public const string Legend = "* the lowest RMSE. Skill is 1 − RMSE ÷ naive RMSE, and \"vs best\" the same with the best baseline.";
    public const string None = "–";

    private static readonly string[] s_headings = ["Model", "Para-\nmeters", "Training\ntime", "RMSE", "MAE", "MAPE", "Naive\nRMSE", "Skill", "Skill\nvs best"];

    /// <summary>
    /// The columns that are left out where the terminal is narrow, one after the other: the naive RMSE has a line of its own, time and
    /// parameters were shown before.
    /// </summary>
    private static readonly string[] s_spare = ["Naive\nRMSE", "Training\ntime", "Para-\nmeters", "MAPE"];

    /// <summary>The table in lines of at most <paramref name="width"/> characters, as far as its figures can be written so short.</summary>
    public static string Text(ForecastPlan plan, int width)
    {
        Comparison comparison = plan.Comparison;
        double lowest = comparison.Scores.Append(comparison.BestBaseline).Min(score => score.Rmse);
        ForecastScore best = comparison.BestBaseline.Rmse == lowest ? comparison.BestBaseline : comparison.Scores.First(score => score.Rmse == lowest);
        string[] Row(ForecastScore score, NetworkForecaster? network) =>
        [
            ReferenceEquals(score, best) ? score.Name + " *" : score.Name,
            network?.Model.ParameterCount.ToString("N0", CultureInfo.InvariantCulture) ?? None,
            network?.History!.Duration.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture) ?? None,
            Figure(score.Rmse, comparison.Naive.Rmse),
            Figure(score.Mae, comparison.Naive.Rmse),
            Percent(score.Mape),
            Figure(comparison.Naive.Rmse, comparison.Naive.Rmse),
            Skill(score.Skill),
            Skill(score.SkillAgainstBest),
        ];
        string[][] networks = [.. plan.Networks.Zip(comparison.Scores, (network, score) => Row(score, network))];
        string[][] baselines = [.. comparison.Baselines.Select(score => Row(score, null))];

        return TextGrid.Fit(s_headings, s_spare, [networks, baselines], width);
    }

    /// <summary>Four significant digits of the naive RMSE, and at least two decimals where that is below 10,000.</summary>
    public static string Figure(double value, double naive)
    {
        if (naive is < 1e-6 or >= 1e9 || value >= 1e9)
            return value.ToString("0.000e+0", CultureInfo.InvariantCulture);
        int decimals = naive >= 1e4 ? 0 : Math.Clamp(3 - (int)Math.Floor(Math.Log10(naive)), 2, 9);
        return value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>Three decimals; what rounds to nothing has no sign.</summary>
    public static string Skill(double? value) => value switch
    {
        null => None,
        > -0.0005 and < 0 => "0.000",
        > -1e4 => value.Value.ToString("0.000", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.0e+0", CultureInfo.InvariantCulture),
    };

    private static string Percent(double? value) => value switch
    {
        null => None,
        >= 1e6 => value.Value.ToString("0.0e+0 '%'", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.00 '%'", CultureInfo.InvariantCulture),
    };
}
