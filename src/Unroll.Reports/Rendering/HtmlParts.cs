using System.Globalization;
using System.Net;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>The parts of the page that are sentences and figures. All text is escaped here and in the tables, and nowhere else.</summary>
internal static class HtmlParts
{
    public const string None = "–";

    /// <summary>The text escaped for HTML, in content and in quoted attributes.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(ReportText.Clean(text));

    /// <summary>What was forecast, and the rows that were learnt from and judged on.</summary>
    public static string Source(ForecastReport report)
    {
        (ForecastTask task, Comparison comparison) = (report.Task, report.Comparison);
        ForecastSplit[] splits = [.. task.Keys.Select(key => task[task.Parts.First(part => part.Series == key)])];
        string Rows(Func<ForecastSplit, Series> part)
        {
            Series[] all = Array.ConvertAll(splits, split => part(split));
            string from = report.Date(all.Min(rows => rows.Dates[0])), to = report.Date(all.Max(rows => rows.Dates[^1]));
            return $"{Plural(all.Sum(rows => rows.Count), "row")} (<span class=\"date\">{from}</span> to <span class=\"date\">{to}</span>)";
        }

        string unit = report.Unit.Length == 0 ? "" : $" in {Escape(report.Unit)}";
        string series = report.HasOneSeries && task.Keys.Count == 1 ? "" : $" of {ReportText.Count(task.Keys.Count)} series";
        string each = series.Length == 0 || task.Data.SeriesColumn is "series" ? "" : $", one for each {Escape(task.Data.SeriesColumn)}";
        string origins = comparison.Steps == 1
            ? ""
            : $", {comparison.Steps} rows ahead from each of {ReportText.Count(comparison.Origins)} "
                + $"{(comparison.Origins == 1 ? "origin" : "origins")}";
        return $"{Escape(string.Join(", ", task.Targets))}{unit}{series} from {Escape(task.Data.Name)}{each}, "
            + $"{(report.IsPretrained ? "scaling and baselines fitted to" : "learnt from")} {Rows(split => split.Train)}, "
            + $"tested on {Rows(split => split.Test)}{origins}.";
    }

    /// <summary>The verdict on what is recommended, or on each network; with a warning where there are too few origins.</summary>
    public static string Verdict(ForecastReport report)
    {
        IReadOnlyList<string> summary = report.Comparison.Summary();
        IEnumerable<string> sentences =
            [.. summary.Count > 0 ? summary : [report.Comparison.Verdict(report.Main)], report.Comparison.OriginsWarning ?? ""];
        return string.Join('\n', sentences.Where(sentence => sentence.Length > 0).Select(sentence => $"<p>{Escape(sentence)}</p>"));
    }

    /// <summary>Sentences below the tables.</summary>
    public static string Notes(ForecastReport report) => report.Notes.Count == 0
        ? ""
        : $"<ul class=\"notes\">\n{string.Join('\n', report.Notes.Select(sentence => $"<li>{Escape(sentence)}</li>"))}\n</ul>";

    /// <summary>A chart to zoom into, and in its place without scripts a picture.</summary>
    /// <param name="chart">The picture.</param>
    /// <param name="before">What stands above the interactive chart.</param>
    /// <param name="caption">What stands below either; not yet escaped.</param>
    public static string Chart(Chart chart, string before = "", string caption = "") =>
        $"""
        <figure class="chart" data-chart="{chart.Name}">
        <div class="live">
        {(before.Length == 0 ? "" : before + "\n")}<div class="plot" role="group" aria-label="{Escape(chart.Title)}, interactive"><button type="button" class="reset" hidden>Zoom out</button></div>
        <p class="hint"><span class="mouse">Drag across to zoom in, double-click to zoom out. </span>Point at the chart to read the values, click a name to hide its line.</p>
        </div>
        <div class="still">
        {chart.Svg.TrimEnd()}
        </div>
        {(caption.Length == 0 ? "" : $"<figcaption class=\"note\">{Escape(caption)}</figcaption>\n")}</figure>
        """;

    /// <summary>A section with a heading; nothing where it has no content.</summary>
    public static string Section(string id, string heading, string content) => content.Length == 0
        ? ""
        : $"""
            <section aria-labelledby="{id}">
            <h2 id="{id}">{Escape(heading)}</h2>
            {content}
            </section>
            """;

    /// <summary>A list of parts to choose from, for a chart of one at a time; nothing where there is one.</summary>
    /// <param name="report">The report.</param>
    /// <param name="id">That of the list.</param>
    public static string Picker(ForecastReport report, string id)
    {
        if (report.Parts.Count == 1)
            return "";
        PartView[] views = PartsWithCharts(report);
        string what = report.HasOneSeries ? "Target" : report.Task.Targets.Count == 1 ? Capital(report.Task.Data.SeriesColumn) : "Part";
        var html = new StringBuilder(
            $"<p class=\"pick\"><label for=\"{id}\">{Escape(ReportText.Short(what))}</label> <select id=\"{id}\">\n");
        for (int i = 0; i < views.Length; i++)
            html.Append(CultureInfo.InvariantCulture,
                $"<option value=\"{i}\">{Escape(ReportText.Shorten(report.NameOf(views[i].Part), 60))}</option>\n");
        html.Append("</select> <button type=\"button\" data-step=\"-1\">Previous</button> <button type=\"button\" "
            + $"data-step=\"1\">Next</button></p>");
        if (views.Length < report.Parts.Count)
            html.Append(CultureInfo.InvariantCulture, $"\n<p class=\"note\">{views.Length} of {ReportText.Count(report.Parts.Count)} can "
                + $"be chosen, spread evenly from the lowest to the highest skill against the best baseline.</p>");
        return html.ToString();
    }

    /// <summary>The parts that have a chart on the page.</summary>
    public static PartView[] PartsWithCharts(ForecastReport report) => report.Spread(MostCharts);

    /// <summary>Says which losses are missing from the curves, and from which epoch on.</summary>
    public static string BrokenLosses(ForecastReport report) => string.Join(' ', report.Networks
        .Select(network => (network.Name, Epoch: 1 + network.Training.ToList().FindIndex(loss => !double.IsFinite(loss))))
        .Where(broken => broken.Epoch > 0)
        .Select(broken => $"The loss of the {broken.Name} was not finite in epoch {broken.Epoch}; such losses are left out of the curve."));

    /// <summary>Size, training and layers of each network.</summary>
    public static string Networks(ForecastReport report)
    {
        var html = new StringBuilder();
        foreach (ReportedNetwork network in report.Networks)
        {
            string name = Escape(network.Name);
            string trained = network.Training.Count == 0
                ? ""
                : $", {Plural(network.Training.Count, "epoch")}, final loss {ReportText.Loss(network.Training[^1])}, trained in "
                    + $"{ReportText.Duration(network.Seconds)}";
            html.Append(CultureInfo.InvariantCulture,
                $"<div class=\"models\"><h3>{name}</h3>\n<p class=\"facts\">{Plural(network.Parameters, "parameter")}{trained}</p>\n");
            if (network.Summary.Length > 0)
                html.Append(CultureInfo.InvariantCulture, $"<pre tabindex=\"0\" aria-label=\"Layers of "
                    + $"{name}\">{Escape(network.Summary.ReplaceLineEndings("\n").Trim('\n'))}</pre>\n");
            html.Append("</div>\n");
        }

        return html.ToString().TrimEnd();
    }

    public static string Settings(ForecastReport report)
    {
        var html = new StringBuilder("<table class=\"settings\"><tbody>\n");
        IEnumerable<KeyValuePair<string, string>> all =
        [
            .. report.Settings,
            .. report.Seed is { } seed
                ? [new("seed", seed.ToString(CultureInfo.InvariantCulture))]
                : Array.Empty<KeyValuePair<string, string>>(),
            new("version", report.Version),
        ];
        foreach ((string name, string value) in all)
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Escape(name)}</th><td>{Escape(value)}</td></tr>\n");
        return html.Append("</tbody></table>").ToString();
    }

    public static string Footer(ForecastReport report)
    {
        string made = report.GeneratedAt is { } at ? " on " + at.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture) : "";
        string seed = report.Seed is { } number ? string.Create(CultureInfo.InvariantCulture, $", seed {number}") : "";
        return $"Made by Unroll {Escape(report.Version)}{made}{seed}. Charts drawn by uPlot (MIT licence). The page fetches nothing.";
    }

    /// <param name="html">Gets the cell.</param>
    /// <param name="name">Its heading, escaped, for narrow screens.</param>
    /// <param name="text">What it says, escaped.</param>
    /// <param name="best">Whether it is the best of its column.</param>
    public static void Cell(StringBuilder html, string name, string text, bool best = false) =>
        html.Append(CultureInfo.InvariantCulture, $"<td data-name=\"{name}\"{(best ? " class=\"best\"" : "")}>{text}</td>");

    /// <summary>What tables and charts call a forecaster: a name that was given keeps its letters.</summary>
    public static string NameOf(ForecasterScore score) => score.HasGivenName ? score.Name : Capital(score.Name);

    public static string Capital(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name[1..];

    public static string Plural(long count, string noun) => $"{ReportText.Count(count)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>More parts than this have no chart on the page.</summary>
    private const int MostCharts = 60;
}
