using System.Globalization;
using System.Net;
using System.Text;

namespace Unroll.Reports.Rendering;

/// <summary>The parts of the page that depend on the report. All text is escaped here and nowhere else.</summary>
internal static class HtmlParts
{
    private const string None = "–";

    /// <summary>The text escaped for HTML, in content and in quoted attributes.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(ReportText.Clean(text));

    /// <param name="report">What the page is of.</param>
    /// <param name="targets">Their names, where it is of several.</param>
    public static string Source(ForecastReport report, string? targets = null)
    {
        string format = ReportText.DateFormat(report);
        string Date(DateTime date) => $"<span class=\"date\">{ReportText.Date(date, format)}</span>";
        int trained = report.Dates.Count(date => SplitRanges.PartOf(report, date) == SplitPart.Train);
        string unit = report.Unit.Length == 0 ? "" : $" in {Escape(report.Unit)}";
        return $"{Escape(targets ?? report.Target)}{(targets is null ? unit : "")} from {Escape(report.File)}, trained on "
            + $"{ReportText.Count(trained)} rows ({Date(report.TrainFrom)} to {Date(report.TrainTo)}), tested on "
            + $"{ReportText.Count(report.TestDates.Count)} ({Date(report.TestDates[0])} to {Date(report.TestDates[^1])}).";
    }

    /// <summary>Other pages, or places of this one.</summary>
    public static string Links(IReadOnlyList<KeyValuePair<string, string>> links) => links.Count == 0
        ? ""
        : $"\n<nav class=\"links\" aria-label=\"Pages\">{string.Join(' ', links.Select(link => $"<a href=\"{Escape(link.Value)}\">{Escape(link.Key)}</a>"))}</nav>";

    public static string Verdict(ForecastReport report) =>
        string.Join('\n', report.Verdict.Select(sentence => $"<p>{Escape(sentence)}</p>"));

    /// <summary>Networks, then baselines; the row of the lowest RMSE is marked, and the best figure of each column is in bold.</summary>
    public static string Errors(ForecastReport report)
    {
        int rmseDecimals = ReportText.Decimals(report.NaiveRmse), maeDecimals = ReportText.Decimals(report.NaiveMae);
        var rows = new List<ErrorRow>();
        for (int i = 0; i < report.Models.Count; i++)
        {
            ModelResult model = report.Models[i];
            rows.Add(new ErrorRow(model.Name, $" style=\"color:var(--model-{(i % 4).ToString(CultureInfo.InvariantCulture)})\"", ReportText.Count(model.Parameters), ReportText.Duration(model.Seconds), model.Rmse, model.Mae, model.Mape, model.Skill));
        }

        int networks = rows.Count;
        rows.Add(new ErrorRow(report.NaiveName, " style=\"color:var(--naive)\"", None, None, report.NaiveRmse, report.NaiveMae, report.NaiveMape, 0));
        rows.AddRange(report.Baselines.Select(score => new ErrorRow(Capital(score.Name), "", None, None, score.Rmse, score.Mae, score.Mape ?? double.NaN, score.Skill)));
        // Baselines compete: where one is best, it is in bold.
        double rmse = Best(rows, row => row.Rmse), mae = Best(rows, row => row.Mae), mape = Best(rows, row => row.Mape), skill = -Best(rows, row => -row.Skill);
        double baseline = rows.Skip(networks).Min(row => row.Rmse);
        // A network as good as a baseline does not beat it; of equal baselines the first is the simplest.
        ErrorRow lowest = rows.Skip(networks).Concat(rows).First(row => row.Rmse == rmse);

        var html = new StringBuilder();
        html.Append("""
            <table class="errors">
            <thead><tr><th scope="col">Model</th><th scope="col">Parameters</th><th scope="col">Training time</th><th scope="col">RMSE</th><th scope="col">MAE</th><th scope="col">MAPE</th><th scope="col">Naive RMSE</th><th scope="col">Skill</th><th scope="col">Skill vs best</th></tr></thead>
            <tbody>

            """);
        foreach (ErrorRow row in rows)
        {
            if (ReferenceEquals(row, rows[networks]))
                html.Append("</tbody>\n<tbody>\n");
            bool isNaive = ReferenceEquals(row, rows[networks]), isLowest = ReferenceEquals(row, lowest);
            html.Append(isLowest ? "<tr class=\"lowest\">" : "<tr>");
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"row\"><span class=\"swatch{(isNaive ? " naive" : row.Swatch.Length == 0 ? " none" : "")}\"{row.Swatch}></span>{Escape(row.Name)}{(isLowest ? " <span class=\"tag\">lowest RMSE</span>" : "")}</th>");
            Cell(html, "Parameters", row.Parameters);
            Cell(html, "Training time", row.Time);
            Cell(html, "RMSE", ReportText.Figure(row.Rmse, rmseDecimals), row.Rmse == rmse);
            Cell(html, "MAE", ReportText.Figure(row.Mae, maeDecimals), row.Mae == mae);
            Cell(html, "MAPE", ReportText.Percent(row.Mape), row.Mape == mape);
            Cell(html, "Naive RMSE", ReportText.Figure(report.NaiveRmse, rmseDecimals));
            Cell(html, "Skill", ReportText.Figure(row.Skill, 3), row.Skill == skill);
            Cell(html, "Skill vs best", ReportText.Figure(baseline > 0 ? 1 - (row.Rmse / baseline) : double.NaN, 3), baseline > 0 && row.Rmse == rmse);
            html.Append("</tr>\n");
        }

        return html.Append("</tbody>\n</table>").ToString();
    }

    /// <summary>Sentences below the table of errors.</summary>
    public static string Notes(ForecastReport report) =>
        string.Join('\n', report.Notes.Select(sentence => $"<p class=\"note\">{Escape(sentence)}</p>"));

    /// <summary>The rows to come: a sentence for one, a table for several.</summary>
    public static string Next(ForecastReport report)
    {
        ModelResult[] models = [.. report.Models.Where(model => model.Next.Count > 0)];
        if (models.Length == 0)
            return "";
        int decimals = ReportText.Decimals(report.NaiveRmse);
        int last = report.Actual.Count - 1;
        while (last > 0 && !double.IsFinite(report.Actual[last]))
            last--;
        string format = ReportText.DateFormat(report), date = ReportText.Date(report.Dates[last], format), known = ReportText.Figure(report.Actual[last], decimals);
        string Text(NextValue next) => ReportText.Figure(next.Value, decimals)
            + (next.Interval is { } interval ? $" ({ReportText.Figure(interval.Lower, decimals)} to {ReportText.Figure(interval.Upper, decimals)})" : "");
        string inBrackets = models.Any(model => model.Next[0].Interval is not null) ? $" In brackets is where the value lies four times out of five." : "";
        if (models.All(model => model.Next.Count == 1))
            return $"<p>The next value after {date}: {string.Join(", ", models.Select(model => $"{Escape(model.Name)} {Text(model.Next[0])}"))} (the last known value is {known}).{inBrackets}</p>";
        var html = new StringBuilder($"<p>The values after {date}, when it was {known}.{inBrackets}</p>\n<table class=\"errors\">\n<thead><tr><th scope=\"col\">Date</th>");
        foreach (ModelResult model in models)
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{Escape(model.Name)}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        for (int h = 0; h < models[0].Next.Count; h++)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{ReportText.Date(models[0].Next[h].Date, format)}</th>");
            foreach (ModelResult model in models)
                Cell(html, model.Name, Text(model.Next[h]));
            html.Append("</tr>\n");
        }

        return html.Append("</tbody>\n</table>").ToString();
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

    public static string Settings(IReadOnlyList<KeyValuePair<string, string>> settings, long seed, string version)
    {
        var html = new StringBuilder("<table class=\"settings\"><tbody>\n");
        foreach ((string name, string value) in settings)
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Escape(name)}</th><td>{Escape(value)}</td></tr>\n");
        html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">seed</th><td>{seed}</td></tr>\n");
        html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">version</th><td>{Escape(version)}</td></tr>\n");
        return html.Append("</tbody></table>").ToString();
    }

    /// <param name="version">Of the tool.</param>
    /// <param name="seed">Of the networks.</param>
    /// <param name="generatedAt">Null: not said.</param>
    /// <param name="drawn">Whether the page has charts that are drawn in the browser.</param>
    public static string Footer(string version, long seed, DateTimeOffset? generatedAt, bool drawn = true)
    {
        string made = generatedAt is { } at ? " on " + at.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture) : "";
        return $"Made by Unroll {Escape(version)}{made}, seed {seed.ToString(CultureInfo.InvariantCulture)}. "
            + (drawn ? "Charts drawn by uPlot (MIT licence). " : "") + "The page fetches nothing.";
    }

    internal static void Cell(StringBuilder html, string name, string text, bool best = false) =>
        html.Append(CultureInfo.InvariantCulture, $"<td data-name=\"{name}\"{(best ? " class=\"best\"" : "")}>{text}</td>");

    private static double Best(List<ErrorRow> rows, Func<ErrorRow, double> error) =>
        rows.Select(error).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min();

    internal static string Capital(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name[1..];

    private static string Plural(int count, string noun) => $"{ReportText.Count(count)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>One row of the table of errors: the name not yet escaped; the swatch an attribute with the colour of its line in the charts, empty where it has none.</summary>
    private sealed record ErrorRow(string Name, string Swatch, string Parameters, string Time, double Rmse, double Mae, double Mape, double Skill);
}
