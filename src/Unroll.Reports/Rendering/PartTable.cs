using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>A line a part; a click on a heading sorts by its column.</summary>
internal static class PartTable
{
    /// <summary>More parts than this have no line of their own.</summary>
    private const int Most = 1000;

    public static string Html(ForecastReport report)
    {
        if (report.Main.IsSingle)
            return "";
        ForecasterScore main = report.Main, naive = report.Comparison.Naive;
        ForecasterScore[] baselines = [.. report.Comparison.Baselines];
        PartView[] shown = [.. report.Spread(Most).Where(view => view.Score is not null)], charted = HtmlParts.PartsWithCharts(report);
        bool bothNames = !report.HasOneSeries && report.Task.Targets.Count > 1;
        string first = report.HasOneSeries ? "Target" : HtmlParts.Escape(HtmlParts.Capital(report.Task.Data.SeriesColumn));
        string name = HtmlParts.Escape(HtmlParts.NameOf(main));
        ForecastMetric metric = report.Task.Metric.ForOnePart();
        string measure = metric.NameOf(isSingle: true);
        string[] headings =
        [
            first, .. bothNames ? ["Target"] : Array.Empty<string>(), $"{name} {measure}", $"Naive {measure}", "Best baseline",
            $"Its {measure}", "Skill", "Skill vs best",
            .. main.Width(0.8) is null ? Array.Empty<string>() : ["In 80 %", "In 95 %", "Width of 80 %"],
        ];
        var html = new StringBuilder("<p class=\"hint\">A click on a heading sorts by it, a click on a name shows its chart.</p>\n");
        html.Append("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Errors of each part\">\n<table class=\"errors "
            + $"sortable\">\n<thead><tr>");
        foreach (string heading in headings)
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\"><button type=\"button\">{heading}</button></th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (PartView view in shown)
        {
            (PartScore score, double error) = (view.Score!, naive.Parts[view.Place].ErrorOf(metric));
            ForecasterScore best = baselines.MinBy(each => each.Parts[view.Place].ErrorOf(metric))!;
            int decimals = ReportText.Decimals(error), chart = Array.IndexOf(charted, view), column = 1;
            string label = HtmlParts.Escape(ReportText.Shorten(bothNames ? view.Part.Series : report.NameOf(view.Part), 30));
            if (chart >= 0)
                label = string.Create(CultureInfo.InvariantCulture,
                    $"<a href=\"#{HtmlReport.FirstChart(report)}\" data-part=\"{chart}\">{label}</a>");
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{label}</th>");
            if (bothNames)
                HtmlParts.Cell(html, headings[column++], HtmlParts.Escape(ReportText.Shorten(view.Part.Target, 30)));
            Number(score.ErrorOf(metric), decimals);
            Number(error, decimals);
            HtmlParts.Cell(html, headings[column++], HtmlParts.Escape(best.Name));
            Number(best.Parts[view.Place].ErrorOf(metric), decimals);
            Number(score.Skill, 3);
            Number(score.SkillAgainstBest, 3);
            if (main.Width(0.8) is not null)
            {
                Number(100 * score.Coverage(0.8), 1, " %");
                Number(100 * score.Coverage(0.95), 1, " %");
                Number(score.Width(0.8), decimals);
            }

            html.Append("</tr>\n");

            void Number(double? value, int decimals, string unit = "")
            {
                bool isFinite = value is { } number && double.IsFinite(number);
                string sort = isFinite ? string.Create(CultureInfo.InvariantCulture, $" data-value=\"{value:G7}\"") : "";
                string text = isFinite ? ReportText.Figure(value, decimals) + unit : HtmlParts.None;
                html.Append(CultureInfo.InvariantCulture, $"<td data-name=\"{headings[column++]}\"{sort}>{text}</td>");
            }
        }

        html.Append("</tbody>\n</table>\n</div>");
        if (shown.Length < main.Parts.Count)
            html.Append(CultureInfo.InvariantCulture,
                $"\n<p class=\"note\">{ReportText.Count(shown.Length)} of {ReportText.Count(main.Parts.Count)} parts, spread evenly from "
                + $"the lowest to the highest skill against the best baseline.</p>");
        return html.Append("\n<p class=\"note\">Errors and widths are in the unit of each target, over all rows ahead. The best baseline "
            + $"of each part was picked on the rows that it is judged on.</p>").ToString();
    }
}
