using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>
/// The tables of a search: the standings, what mattered, and all trainings as CSV. The naive forecast's RMSE stands in each.
/// </summary>
internal static class TuneTable
{
    private const int MostRows = 10;
    /// <summary>The best ones, a line each, and the naive forecast, in lines of at most <paramref name="width"/> characters.</summary>
    public static string Standings(TuningResult result, int width)
    {
        string Figure(double value) => FigureTable.Figure(value, result.NaiveError);
        string naive = Figure(result.NaiveError);
        string[][] rows =
        [
            .. result.Standings.Take(RowsShown(result)).Select(trial => new[]
            {
                string.Create(CultureInfo.InvariantCulture, $"#{trial.Run.Trial} {Text("cell", trial)}"),
                Text("layers", trial),
                Text("units", trial),
                Text("window", trial),
                Text("learning rate", trial),
                Text("dropout", trial),
                trial.Parameters.ToString("N0", CultureInfo.InvariantCulture),
                trial.Run.Epochs.ToString(CultureInfo.InvariantCulture),
                trial.HasDiverged ? "diverged" : Figure(trial.Error),
                naive,
                FigureTable.Skill(result.Skill(trial)),
            }),
        ];
        const string None = FigureTable.None;
        string measure = Measure(result), naiveHeading = $"Naive\n{measure}";
        string[] headings = ["Trial", "Layers", "Units", "Window", "Learning\nrate", "Drop-\nout", "Para-\nmeters", "Epochs", measure,
            naiveHeading, "Skill"];
        // Left out where the terminal is narrow: the naive error has a line of its own.
        return FigureTable.Text(headings, [naiveHeading, "Para-\nmeters"],
            [rows, [["naive", None, None, None, None, None, None, None, naive, naive, "0.000"]]], width);
    }

    /// <summary>Stands below the standings.</summary>
    public static string Legend(TuningResult result)
    {
        int hidden = result.Standings.Count - RowsShown(result), diverged = result.Standings.Count(trial => trial.HasDiverged);
        return $"{char.ToUpperInvariant(result.Measure[0])}{result.Measure[1..]} on the validation rows after so many epochs; skill is 1 − "
            + $"{Measure(result)} ÷ naive {Measure(result)}."
            + (hidden > 0 ? FormattableString.Invariant($" {hidden} more trials are not shown.") : "")
            + (diverged > 0 ? FormattableString.Invariant($" {diverged} diverged.") : "");
    }

    /// <summary>A line a setting, from the most to the least important.</summary>
    public static string Importance(TuningResult result, int width)
    {
        string Figure(double value) => FigureTable.Figure(value, result.NaiveError);
        string[][] rows =
        [
            .. result.Importance.Select(each => new[]
            {
                each.Setting.Name,
                each.Share.ToString("0 %", CultureInfo.InvariantCulture),
                each.BestValues,
                Figure(each.BestError),
                Figure(result.NaiveError),
            }),
        ];
        return FigureTable.Text(["What mattered", "Share", "Best values", $"{Measure(result)}\nthere", $"Naive\n{Measure(result)}"], [],
            [rows], width);
    }

    /// <summary>Stands below what mattered.</summary>
    public static string ImportanceLegend(TuningResult result) => string.Create(CultureInfo.InvariantCulture,
        $"Share of the variance of log {Measure(result)} after {result.Rungs[0].Epochs} "
            + $"{(result.Rungs[0].Epochs == 1 ? "epoch" : "epochs")} that the setting explains alone, by groups of trials, less what "
            + $"chance would; rough with {result.Options.Trials} trials.");

    /// <summary>Every training in a line, by rung and trial.</summary>
    public static string Csv(TuningResult result)
    {
        var csv = new StringBuilder("trial,rung,epochs").AppendJoin("", Hyperparameter.All.Select(setting => "," + Key(setting)))
            .Append($",parameters,{Key(result)},naive_{Key(result)},skill,seconds\n");
        foreach (TrialResult trial in result.Results)
        {
            string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
            csv.Append(CultureInfo.InvariantCulture, $"{trial.Run.Trial},{trial.Run.Rung},{trial.Run.Epochs}");
            csv.AppendJoin("", Hyperparameter.All.Select(setting => "," + setting.Text(trial.Run.Settings)));
            csv.Append(CultureInfo.InvariantCulture, $",{trial.Parameters},{(trial.HasDiverged ? "" : Number(trial.Error))}");
            csv.Append(CultureInfo.InvariantCulture, $",{Number(result.NaiveError)},{Number(result.Skill(trial))},{trial.Seconds}\n");
        }

        return csv.ToString();
    }

    /// <summary>A setting's name as files spell it: <c>learning_rate</c>.</summary>
    public static string Key(Hyperparameter setting) => setting.Name.Replace(' ', '_');

    /// <summary>The option of <c>unroll forecast</c> that sets it.</summary>
    public static string Option(Hyperparameter setting) => setting.Name == "cell" ? "--model" : $"--{setting.Name.Replace(' ', '-')}";

    /// <summary>RMSE or RMSSE.</summary>
    private static string Measure(TuningResult result) => result.Measure.Split(' ')[^1];

    private static string Key(TuningResult result) => Measure(result).ToLowerInvariant();

    private static int RowsShown(TuningResult result) => Math.Max(MostRows, result.Rungs[^1].Trials);

    private static string Text(string setting, TrialResult trial) => Hyperparameter.All.First(each => each.Name == setting)
        .Text(trial.Run.Settings);
}
