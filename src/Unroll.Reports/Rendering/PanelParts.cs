using System.Globalization;
using System.Text;
using System.Text.Json;
using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>The parts of the page of several series that depend on the report.</summary>
internal static class PanelParts
{
    private const string None = "–";

    public static string Source(PanelReport report)
    {
        (PanelSplit split, string format) = (report.Split, Format(report));
        string Rows(Func<ForecastSplit, Series> part, int rows) =>
            $"{ReportText.Count(rows)} rows (<span class=\"date\">{ReportText.Date(split.Keys.Min(key => part(split[key]).Dates[0]), format)}</span> to <span class=\"date\">{ReportText.Date(split.Keys.Max(key => part(split[key]).Dates[^1]), format)}</span>)";
        return $"{HtmlParts.Escape(split.Target)} of {ReportText.Count(split.Keys.Count)} series from {HtmlParts.Escape(split.Panel.Name)}, one for each {HtmlParts.Escape(split.Panel.SeriesColumn)}, "
            + $"trained on {Rows(each => each.Train, split.TrainRows)}, tested on {Rows(each => each.Test, split.TestRows)}.";
    }

    public static string Verdict(PanelReport report) => $"<p>{HtmlParts.Escape(report.Comparison.Verdict(report.Score))}</p>";

    /// <summary>Means over the series: the network, the naive forecast, every other baseline that applies to all series, and each series' best.</summary>
    public static string Errors(PanelReport report)
    {
        PanelComparison comparison = report.Comparison;
        PanelScore[] baselines = Common(comparison), rows = [report.Score, .. baselines];
        double rmsse = rows.Min(row => row.Rmsse), mase = rows.Min(row => row.Mase);
        int count = comparison.Baselines.Count;
        var html = new StringBuilder("""
            <table class="errors">
            <thead><tr><th scope="col">Model</th><th scope="col">RMSSE</th><th scope="col">MASE</th><th scope="col">Naive RMSSE</th><th scope="col">Skill</th><th scope="col">Skill vs best</th><th scope="col">Beats naive on</th><th scope="col">Beats best on</th></tr></thead>
            <tbody>

            """);
        for (int i = 0; i < rows.Length; i++)
        {
            PanelScore row = rows[i];
            if (i == 1)
                html.Append("</tbody>\n<tbody>\n");
            string swatch = i switch { 0 => "<span class=\"swatch\" style=\"color:var(--model-0)\"></span>", 1 => "<span class=\"swatch naive\" style=\"color:var(--naive)\"></span>", _ => "<span class=\"swatch none\"></span>" };
            bool isLowest = row.Rmsse == rmsse && Array.FindIndex(rows, other => other.Rmsse == rmsse) == i;
            html.Append(CultureInfo.InvariantCulture, $"<tr{(isLowest ? " class=\"lowest\"" : "")}><th scope=\"row\">{swatch}{HtmlParts.Escape(HtmlParts.Capital(row.Name))}{(isLowest ? " <span class=\"tag\">lowest RMSSE</span>" : "")}</th>");
            HtmlParts.Cell(html, "RMSSE", ReportText.Figure(row.Rmsse, 4), row.Rmsse == rmsse);
            HtmlParts.Cell(html, "MASE", ReportText.Figure(row.Mase, 4), row.Mase == mase);
            HtmlParts.Cell(html, "Naive RMSSE", ReportText.Figure(comparison.Naive.Rmsse, 4));
            HtmlParts.Cell(html, "Skill", ReportText.Figure(1 - (row.Rmsse / comparison.Naive.Rmsse), 3));
            HtmlParts.Cell(html, "Skill vs best", ReportText.Figure(comparison.BestOfEach.Rmsse > 0 ? 1 - (row.Rmsse / comparison.BestOfEach.Rmsse) : double.NaN, 3));
            HtmlParts.Cell(html, "Beats naive on", i == 1 ? None : $"{ReportText.Count(row.BeatsNaive)} of {ReportText.Count(count)}");
            HtmlParts.Cell(html, "Beats best on", i == 0 ? $"{ReportText.Count(row.BeatsBest)} of {ReportText.Count(count)}" : None);
            html.Append("</tr>\n");
        }

        return html.Append("</tbody>\n</table>").ToString();
    }

    public static string Notes(PanelReport report) =>
        string.Join('\n', report.Notes.Select(sentence => $"<p class=\"note\">{HtmlParts.Escape(sentence)}</p>"));

    /// <summary>How often intervals held what came: those of the network, of the naive forecast and of the best baselines.</summary>
    public static string Intervals(PanelReport report)
    {
        PanelComparison comparison = report.Comparison;
        PanelScore[] rows = [.. new[] { report.Score, comparison.Naive, comparison.BestBaseline, comparison.BestOfEach }.DistinctBy(each => each.Name).Where(each => each.Intervals.Count > 0)];
        if (report.Score.Intervals.Count == 0)
            return "";
        var html = new StringBuilder("""
            <section aria-labelledby="intervals">
            <h2 id="intervals">Intervals</h2>
            <table class="errors">
            <thead><tr><th scope="col">Model</th><th scope="col">Rows ahead</th><th scope="col">Nominal</th><th scope="col">Measured</th><th scope="col">Lowest</th><th scope="col">Mean width</th><th scope="col">Winkler score</th><th scope="col">Pinball loss</th></tr></thead>
            <tbody>

            """);
        foreach (PanelScore row in rows)
        {
            foreach (PanelIntervalScore score in row.Intervals)
            {
                html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{HtmlParts.Escape(HtmlParts.Capital(row.Name))}</th>");
                HtmlParts.Cell(html, "Rows ahead", score.Step.ToString(CultureInfo.InvariantCulture));
                HtmlParts.Cell(html, "Nominal", ReportText.Share(score.Level));
                HtmlParts.Cell(html, "Measured", ReportText.Share(score.Coverage));
                HtmlParts.Cell(html, "Lowest", ReportText.Share(score.LowestCoverage));
                HtmlParts.Cell(html, "Mean width", ReportText.Figure(score.Width, 4));
                HtmlParts.Cell(html, "Winkler score", ReportText.Figure(score.Winkler, 4), score.Winkler == rows.SelectMany(each => each.Intervals).Where(other => other.Level == score.Level && other.Step == score.Step).Min(other => other.Winkler));
                HtmlParts.Cell(html, "Pinball loss", ReportText.Figure(score.Pinball, 4));
                html.Append("</tr>\n");
            }
        }

        return html.Append("""
            </tbody>
            </table>
            <p class="note"><strong>Measured</strong> is the share of test rows inside the interval, mean over the series, and <strong>lowest</strong> that of the series where it is lowest; both should be near
            the nominal share. Widths and scores are in units of the training rows' mean change from row to row, mean over the series. Of intervals that hold what they promise the narrower are better: the
            <strong>Winkler score</strong> is the mean width plus a penalty for every miss, the lower the better, and the <strong>pinball loss</strong> is that of both ends as quantiles.
            The intervals of each series are calibrated on its newest training rows, which the model was not fitted to for that, and follow the errors of its test rows as these become known.</p>
            </section>
            """).ToString();
    }

    /// <summary>A chart of one series at a time, with a list to choose from; without scripts small pictures of some series.</summary>
    public static string Picker(PanelReport report, string figure)
    {
        int[] places = report.Spread(PanelReport.MostCharts);
        var html = new StringBuilder("<p class=\"pick\"><label for=\"pick\">Series</label> <select id=\"pick\">\n");
        for (int i = 0; i < places.Length; i++)
            html.Append(CultureInfo.InvariantCulture, $"<option value=\"{i}\">{HtmlParts.Escape(ReportText.Shorten(report.Score.Series[places[i]].Key, 60))}</option>\n");
        html.Append("</select> <button type=\"button\" data-step=\"-1\">Previous</button> <button type=\"button\" data-step=\"1\">Next</button></p>\n");
        string some = places.Length < report.Score.Series.Count
            ? $"<p class=\"note\">{places.Length} of {ReportText.Count(report.Score.Series.Count)} series can be chosen, spread evenly from the lowest to the highest skill against the best baseline.</p>\n"
            : "";
        return some + figure.Replace("<div class=\"plot\"", html + "<div class=\"plot\"", StringComparison.Ordinal);
    }

    /// <summary>A line a series; a click on a heading sorts by its column.</summary>
    public static string Lines(PanelReport report)
    {
        PanelComparison comparison = report.Comparison;
        bool isSeasonal = comparison.Baselines.Any(each => each.SeasonalNaive is not null);
        int[] charted = report.Spread(PanelReport.MostCharts);
        int[] places = report.Spread(PanelReport.MostLines);
        string[] headings =
        [
            HtmlParts.Escape(report.Split.Panel.SeriesColumn), "Naive RMSE", .. isSeasonal ? ["Seasonal naive"] : Array.Empty<string>(), HtmlParts.Escape(report.Score.Name) + " RMSE", "Skill", "Best baseline", "Its RMSE", "Skill vs best", "In 80 %", "In 95 %", "Winkler 80 %",
        ];
        var html = new StringBuilder("<table class=\"errors sortable\">\n<thead><tr>");
        foreach (string heading in headings)
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\"><button type=\"button\">{heading}</button></th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (int place in places)
        {
            (SeriesScore score, SeriesBaselines baselines) = (report.Score.Series[place], comparison.Baselines[place]);
            int decimals = ReportText.Decimals(baselines.Naive.Rmse), chart = Array.IndexOf(charted, place);
            IntervalScore? Held(double level) => score.Intervals.FirstOrDefault(interval => interval.Step == 1 && interval.Level == level);
            string key = HtmlParts.Escape(ReportText.Shorten(score.Key, 30));
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{(chart >= 0 ? $"<a href=\"#series\" data-series=\"{chart}\">{key}</a>" : key)}</th>");
            int column = 1;
            Number(baselines.Naive.Rmse, decimals);
            if (isSeasonal)
                Number(baselines.SeasonalNaive?.Rmse, decimals);
            Number(score.Rmse, decimals);
            Number(score.Skill, 3);
            HtmlParts.Cell(html, headings[column++], HtmlParts.Escape(baselines.Best.Name));
            Number(baselines.Best.Rmse, decimals);
            Number(score.SkillAgainstBest, 3);
            Number(100 * Held(0.8)?.Coverage, 1, " %");
            Number(100 * Held(0.95)?.Coverage, 1, " %");
            Number(Held(0.8)?.Winkler, decimals);
            html.Append("</tr>\n");

            void Number(double? value, int decimals, string unit = "")
            {
                string sort = value is { } number && double.IsFinite(number) ? string.Create(CultureInfo.InvariantCulture, $" data-value=\"{number:G7}\"") : "";
                html.Append(CultureInfo.InvariantCulture, $"<td data-name=\"{headings[column++]}\"{sort}>{(value is { } shown ? ReportText.Figure(shown, decimals) + unit : None)}</td>");
            }
        }

        html.Append("</tbody>\n</table>");
        if (places.Length < report.Score.Series.Count)
            html.Append(CultureInfo.InvariantCulture, $"\n<p class=\"note\">{ReportText.Count(places.Length)} of {ReportText.Count(report.Score.Series.Count)} series, spread evenly from the lowest to the highest skill against the best baseline.</p>");
        return html.ToString();
    }

    public static string Model(PanelReport report) => report.Summary.Length == 0
        ? ""
        : $"<div class=\"models\"><h3>{HtmlParts.Escape(report.Score.Name)}</h3>\n<pre tabindex=\"0\" aria-label=\"Layers of {HtmlParts.Escape(report.Score.Name)}\">{HtmlParts.Escape(report.Summary.ReplaceLineEndings("\n").Trim('\n'))}</pre>\n</div>";

    /// <summary>The numbers behind the interactive charts, as <see cref="ReportData"/> has them; seven digits are enough to draw.</summary>
    public static string Data(PanelReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("target", ReportText.Short(report.Split.Target));
            json.WriteBoolean("hours", Format(report).Contains("HH", StringComparison.Ordinal));
            json.WriteString("model", ReportText.Short(report.Score.Name));
            json.WriteString("band", report.BandTitle);
            json.WriteStartArray("panel");
            foreach (SeriesLines lines in report.Spread(PanelReport.MostCharts).Select(report.Lines))
            {
                json.WriteStartObject();
                json.WriteString("name", ReportText.Clean(lines.Key));
                ReportData.WriteDates(json, "dates", lines.Dates);
                ReportData.WriteNumbers(json, "actual", Rounded(lines.Actual));
                ReportData.WriteNumbers(json, "naive", Rounded(lines.Naive));
                ReportData.WriteNumbers(json, "values", Rounded(lines.Predicted));
                if (lines.Band is { } band)
                {
                    ReportData.WriteNumbers(json, "lower", Rounded([.. band.Select(interval => interval.Lower)]));
                    ReportData.WriteNumbers(json, "upper", Rounded([.. band.Select(interval => interval.Upper)]));
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("skill");
            SeriesScore[] ranked = [.. report.BySkill.Select(place => report.Score.Series[place])];
            json.WriteStartArray("names");
            foreach (SeriesScore score in ranked)
                json.WriteStringValue(ReportText.Short(score.Key));
            json.WriteEndArray();
            ReportData.WriteNumbers(json, "naive", Rounded([.. ranked.Select(score => score.Skill ?? double.NaN)]));
            ReportData.WriteNumbers(json, "best", Rounded([.. ranked.Select(score => score.SkillAgainstBest ?? double.NaN)]));
            json.WriteEndObject();
            ReportData.WriteLosses(json, report.Losses);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>The baselines that apply to all series, the naive forecast first, and the best of each series.</summary>
    private static PanelScore[] Common(PanelComparison comparison) =>
    [
        comparison.Naive,
        .. comparison.Baselines[0].All.Skip(1).Select(score => score.Name)
            .Where(name => comparison.Baselines.All(each => each.All.Any(score => score.Name == name)))
            .Select(name => new PanelScore(name, [.. comparison.Baselines.Select(each => each.All.First(score => score.Name == name))])),
        comparison.BestOfEach,
    ];

    private static double[] Rounded(double[] values) =>
        Array.ConvertAll(values, value => double.Parse(value.ToString("G7", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));

    private static string Format(PanelReport report) =>
        report.Split.Keys.Any(key => report.Split[key].Table.Dates.Any(date => date.TimeOfDay != TimeSpan.Zero)) ? "yyyy-MM-dd HH:mm" : "yyyy-MM-dd";
}
