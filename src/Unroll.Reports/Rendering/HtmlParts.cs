using System.Globalization;
using System.Net;
using System.Text;

namespace Unroll.Reports.Rendering;

/// <summary>The parts of the page that depend on the report. All text is escaped here and nowhere else.</summary>
internal static class HtmlParts
{
    /// <summary>The text escaped for HTML, in content and in quoted attributes.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(ReportText.Clean(text));

    public static string Source(ForecastReport report)
    {
        string format = ReportText.DateFormat(report);
        string Date(DateTime date) => $"<span class=\"date\">{ReportText.Date(date, format)}</span>";
        int trained = report.Dates.Count(date => SplitRanges.PartOf(report, date) == SplitPart.Train);
        string unit = report.Unit.Length == 0 ? "" : $" in {Escape(report.Unit)}";
        return $"{Escape(report.Target)}{unit} from {Escape(report.File)}, trained on "
            + $"{ReportText.Count(trained)} rows ({Date(report.TrainFrom)} to {Date(report.TrainTo)}), tested on "
            + $"{ReportText.Count(report.TestDates.Count)} ({Date(report.TestDates[0])} to {Date(report.TestDates[^1])}).";
    }

    public static string Verdict(ForecastReport report) =>
        string.Join('\n', report.Verdict.Select(sentence => $"<p>{Escape(sentence)}</p>"));

    public static string Errors(ForecastReport report)
    {
        int rmse = ReportText.Decimals(report.NaiveRmse);
        int mae = ReportText.Decimals(report.NaiveMae);
        string naiveRmse = ReportText.Figure(report.NaiveRmse, rmse);
        // The naive forecast competes: where it is best, it is in bold.
        double bestRmse = Best(report.NaiveRmse, report.Models.Select(model => model.Rmse));
        double bestMae = Best(report.NaiveMae, report.Models.Select(model => model.Mae));
        double bestMape = Best(report.NaiveMape, report.Models.Select(model => model.Mape));
        double bestSkill = report.Models.Select(model => model.Skill).Where(double.IsFinite).Append(0).Max();

        var html = new StringBuilder();
        html.Append("""
            <table class="errors">
            <thead><tr><th scope="col">Model</th><th scope="col">Parameters</th><th scope="col">Training time</th><th scope="col">RMSE</th><th scope="col">MAE</th><th scope="col">MAPE</th><th scope="col">Naive RMSE</th><th scope="col">Skill</th></tr></thead>
            <tbody>

            """);
        html.Append("<tr><th scope=\"row\"><span class=\"swatch naive\" style=\"color:var(--naive)\"></span>").Append(Escape(report.NaiveName)).Append("</th>");
        Cell(html, "Parameters", "–");
        Cell(html, "Training time", "–");
        Cell(html, "RMSE", naiveRmse, report.NaiveRmse == bestRmse);
        Cell(html, "MAE", ReportText.Figure(report.NaiveMae, mae), report.NaiveMae == bestMae);
        Cell(html, "MAPE", ReportText.Percent(report.NaiveMape), report.NaiveMape == bestMape);
        Cell(html, "Naive RMSE", naiveRmse);
        Cell(html, "Skill", ReportText.Figure(0, 3), bestSkill == 0);
        html.Append("</tr>\n");
        for (int i = 0; i < report.Models.Count; i++)
        {
            ModelResult model = report.Models[i];
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\"><span class=\"swatch\" style=\"color:var(--model-{i % 4})\"></span>{Escape(model.Name)}</th>");
            Cell(html, "Parameters", ReportText.Count(model.Parameters));
            Cell(html, "Training time", ReportText.Duration(model.Seconds));
            Cell(html, "RMSE", ReportText.Figure(model.Rmse, rmse), model.Rmse == bestRmse);
            Cell(html, "MAE", ReportText.Figure(model.Mae, mae), model.Mae == bestMae);
            Cell(html, "MAPE", ReportText.Percent(model.Mape), model.Mape == bestMape);
            Cell(html, "Naive RMSE", naiveRmse);
            Cell(html, "Skill", ReportText.Figure(model.Skill, 3), model.Skill == bestSkill);
            html.Append("</tr>\n");
        }

        return html.Append("</tbody>\n</table>").ToString();
    }

    public static string Next(ForecastReport report)
    {
        if (report.Models.All(model => model.NextPrediction is null))
            return "";
        int decimals = ReportText.Decimals(report.NaiveRmse);
        int last = report.Actual.Count - 1;
        while (last > 0 && !double.IsFinite(report.Actual[last]))
            last--;
        string forecasts = string.Join(", ", report.Models
            .Where(model => model.NextPrediction is not null)
            .Select(model => $"{Escape(model.Name)} {ReportText.Figure(model.NextPrediction!.Value, decimals)}"));
        return $"<p>The next value after {ReportText.Date(report.Dates[last], ReportText.DateFormat(report))}: {forecasts} "
            + $"(the last known value is {ReportText.Figure(report.Actual[last], decimals)}).</p>";
    }

    public static string Chart(Chart chart, string caption = "") =>
        $"""
        <figure class="chart" data-chart="{chart.Name}">
        <div class="live">
        <p class="hint"><span class="mouse">Drag across to zoom in, double-click to zoom out. </span>Point at the chart to read the values, click a name to hide its line.</p>
        <div class="plot" role="group" aria-label="{Escape(chart.Title)}, interactive"><button type="button" class="reset" hidden>Zoom out</button></div>
        </div>
        <div class="still">
        {chart.Svg.TrimEnd()}
        </div>
        {(caption.Length == 0 ? "" : $"<figcaption class=\"note\">{Escape(caption)}</figcaption>\n")}</figure>
        """;

    /// <summary>Says which losses are missing from the curves, and from which epoch on.</summary>
    public static string BrokenLosses(ForecastReport report) => string.Join(' ', report.Models
        .Select(model => (model.Name, Epoch: 1 + model.LossByEpoch.ToList().FindIndex(loss => !double.IsFinite(loss))))
        .Where(broken => broken.Epoch > 0)
        .Select(broken => string.Create(CultureInfo.InvariantCulture, $"The loss of the {broken.Name} was not finite in epoch {broken.Epoch}; such losses are left out of the curve.")));

    public static string Models(ForecastReport report)
    {
        var html = new StringBuilder();
        foreach (ModelResult model in report.Models)
        {
            string name = Escape(model.Name);
            html.Append(CultureInfo.InvariantCulture, $"<div class=\"models\"><h3>{name}</h3>\n");
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"facts\">{ReportText.Count(model.Parameters)} parameters, {Plural(model.Epochs, "epoch")}, final loss {ReportText.Loss(model.FinalLoss)}, trained in {ReportText.Duration(model.Seconds)}, seed {model.Seed}</p>\n");
            if (model.Summary.Length > 0)
                html.Append(CultureInfo.InvariantCulture, $"<pre tabindex=\"0\" aria-label=\"Layers of {name}\">{Escape(model.Summary.ReplaceLineEndings("\n").Trim('\n'))}</pre>\n");
            html.Append("</div>\n");
        }

        return html.ToString().TrimEnd();
    }

    public static string Settings(ForecastReport report)
    {
        var html = new StringBuilder("<table class=\"settings\"><tbody>\n");
        foreach ((string name, string value) in report.Settings)
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Escape(name)}</th><td>{Escape(value)}</td></tr>\n");
        html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">seed</th><td>{report.Seed}</td></tr>\n");
        html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">version</th><td>{Escape(report.Version)}</td></tr>\n");
        return html.Append("</tbody></table>").ToString();
    }

    public static string Footer(ForecastReport report)
    {
        string made = report.GeneratedAt is { } at ? " on " + at.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture) : "";
        return $"Made by Unroll {Escape(report.Version)}{made}, seed {report.Seed.ToString(CultureInfo.InvariantCulture)}. "
            + "Charts drawn by uPlot (MIT licence). The page fetches nothing.";
    }

    private static void Cell(StringBuilder html, string name, string text, bool best = false) =>
        html.Append(CultureInfo.InvariantCulture, $"<td data-name=\"{name}\"{(best ? " class=\"best\"" : "")}>{text}</td>");

    private static double Best(double naive, IEnumerable<double> errors) =>
        errors.Append(naive).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min();

    private static string Plural(int count, string noun) => $"{ReportText.Count(count)} {noun}{(count == 1 ? "" : "s")}";
}
