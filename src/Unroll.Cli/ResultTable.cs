using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The table of a forecast's results: the naive forecast first, then a line a network.</summary>
internal static class ResultTable
{
    private const string None = "–";
    private const int Gap = 2;

    /// <summary>The table in lines of at most <paramref name="width"/> characters, as far as its figures can be written so short.</summary>
    public static string Text(ForecastPlan plan, int width)
    {
        string[][] rows = [Naive(plan), .. plan.Networks.Zip(plan.Comparison.Scores, (network, score) => Network(plan, network, score))];
        string oneLine = Text(["Model", "Parameters", "Training time", "RMSE", "MAE", "MAPE", "Naive RMSE", "Skill"], rows);
        return oneLine.IndexOf('\n', StringComparison.Ordinal) <= width
            ? oneLine
            : Text(["\nModel", "\nParameters", "Training\ntime", "\nRMSE", "\nMAE", "\nMAPE", "Naive\nRMSE", "\nSkill"], rows);
    }

    private static string Text(string[] headings, string[][] rows)
    {
        string[][] heading = [.. headings.Select(text => text.Split('\n'))];
        IEnumerable<string[]> headingRows = Enumerable.Range(0, heading[0].Length).Select(line => Array.ConvertAll(heading, lines => lines[line]));
        string[][] all = [.. headingRows, .. rows];
        int[] widths = [.. Enumerable.Range(0, headings.Length).Select(column => all.Max(row => row[column].Length))];
        List<string> lines = [.. all.Select(row => string.Concat(row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column] + Gap))))];
        lines.Insert(heading[0].Length, new string('─', widths.Sum() + (Gap * (widths.Length - 1))));
        return string.Join('\n', lines);
    }

    private static string[] Naive(ForecastPlan plan)
    {
        ForecastScore naive = plan.Comparison.Naive;
        string rmse = Figure(naive.Rmse, naive.Rmse);
        return [naive.Name, None, None, rmse, Figure(naive.Mae, naive.Rmse), Percent(naive.Mape), rmse, "0.000"];
    }

    private static string[] Network(ForecastPlan plan, NetworkForecaster network, ForecastScore score)
    {
        double naive = plan.Comparison.Naive.Rmse;
        return
        [
            network.Name,
            network.Model.ParameterCount.ToString("N0", CultureInfo.InvariantCulture),
            network.History!.Duration.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture),
            Figure(score.Rmse, naive),
            Figure(score.Mae, naive),
            Percent(score.Mape),
            Figure(naive, naive),
            Math.Abs(score.Skill) < 1e4 ? score.Skill.ToString("0.000", CultureInfo.InvariantCulture) : score.Skill.ToString("0.0e+0", CultureInfo.InvariantCulture),
        ];
    }

    /// <summary>Four significant digits of the naive RMSE, and at least two decimals where that is below 10,000.</summary>
    private static string Figure(double value, double naive)
    {
        if (naive is < 1e-6 or >= 1e9 || value >= 1e9)
            return value.ToString("0.000e+0", CultureInfo.InvariantCulture);
        int decimals = naive >= 1e4 ? 0 : Math.Clamp(3 - (int)Math.Floor(Math.Log10(naive)), 2, 9);
        return value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private static string Percent(double? value) => value switch
    {
        null => None,
        >= 1e6 => value.Value.ToString("0.0e+0 '%'", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.00 '%'", CultureInfo.InvariantCulture),
    };
}
