using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>Errors, widths and coverage by rows ahead, and how intervals held.</summary>
internal static class StepTables
{
    private const int MostColumns = 8;
    private static readonly int[] s_steps = [1, 2, 3, 5, 7, 10, 14, 21, 28, 48, 60, 90, 168, 180, 365];

    /// <summary>
    /// The error of every forecaster by rows ahead, the lowest of each column in bold, and below width and coverage of intervals.
    /// </summary>
    public static string ByStep(ForecastReport report)
    {
        IReadOnlyList<ForecasterScore> rows = report.Comparison.Scores;
        int most = report.Comparison.Steps;
        if (most == 1)
            return "";
        List<int> steps = [.. s_steps.Where(step => step < most), most];
        while (steps.Count > MostColumns)
            steps.RemoveAt(steps.Count / 2);
        int decimals = report.Main.IsSingle ? ReportText.Decimals(report.Comparison.Naive.Error) : 4;
        IReadOnlyList<double>[] errors = [.. rows.Select(row => row.ErrorByStep)];
        var html = new StringBuilder($"<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{report.ErrorName} by rows "
            + "ahead\">\n<table class=\"errors\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<thead><tr><th scope=\"col\">{report.ErrorName}, rows ahead</th>");
        foreach (int step in steps)
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{step}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        for (int i = 0; i < rows.Count; i++)
        {
            if (i > 0 && rows[i].Kind == ForecasterKind.Baseline && rows[i - 1].Kind != ForecasterKind.Baseline)
                html.Append("</tbody>\n<tbody>\n");
            Row($"{ScoreTable.Swatch(report, rows[i])}{HtmlParts.Escape(ScoreTable.Name(report, rows[i]))}", errors[i], step =>
                ReportText.Figure(errors[i][step - 1], decimals), step => errors[i][step - 1] == errors.Min(each => each[step - 1]));
        }

        if (report.Main.WidthByStep(0.8).Count > 0)
        {
            html.Append("</tbody>\n<tbody>\n");
            string name = HtmlParts.Escape(report.Main.Name);
            foreach (double level in PartScore.Levels)
            {
                IReadOnlyList<double> widths = report.Main.WidthByStep(level);
                Row(string.Create(CultureInfo.InvariantCulture, $"Width of {100 * level:0} %, {name}"), widths,
                    step => ReportText.Figure(widths[step - 1], decimals));
            }

            foreach (double level in PartScore.Levels)
            {
                IReadOnlyList<double>[] shares = [.. report.Main.Parts.Select(part => part.CoverageByStep(level))];
                Row(string.Create(CultureInfo.InvariantCulture, $"Inside {100 * level:0} %, {name}"), shares[0],
                    step => ReportText.Share(shares.Average(each => each[step - 1])));
            }
        }

        return html.Append("</tbody>\n</table>\n</div>").ToString();

        void Row(string name, IReadOnlyList<double> values, Func<int, string> text, Func<int, bool>? best = null)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{name}</th>");
            foreach (int step in steps.Where(step => step <= values.Count))
                HtmlParts.Cell(html, $"{step} ahead", text(step), best?.Invoke(step) ?? false);
            html.Append("</tr>\n");
        }
    }

    /// <summary>
    /// How often intervals held what came, beside how often they should have: those of what is recommended, the networks, the naive
    /// forecast and the best baseline.
    /// </summary>
    public static string Intervals(ForecastReport report)
    {
        Comparison comparison = report.Comparison;
        ForecasterScore[] rows =
        [
            .. comparison.Scores.Where(score => score.Kind is ForecasterKind.Blend or ForecasterKind.Network || score.Key == report.Main.Key
                || score.Key == comparison.Naive.Key || score.Key == comparison.BestBaseline.Key)
                    .Where(score => score.Width(0.8) is not null),
        ];
        if (rows.Length == 0)
            return "";
        bool isSingle = report.Main.IsSingle;
        int decimals = isSingle ? ReportText.Decimals(comparison.Naive.Error) : 4;
        var html =
            new StringBuilder(
            "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Intervals\">\n<table class=\"errors\">\n<thead><tr><th "
            + "scope=\"col\">Forecaster</th><th scope=\"col\">Nominal</th><th scope=\"col\">Measured</th>");
        html.Append(isSingle ? "" : "<th scope=\"col\">Lowest</th><th scope=\"col\">Highest</th>")
            .Append("<th scope=\"col\">Mean width</th><th scope=\"col\">Winkler score</th></tr></thead>\n<tbody>\n");
        foreach (ForecasterScore row in rows)
        {
            foreach (double level in PartScore.Levels)
            {
                html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{HtmlParts.Escape(ScoreTable.Name(report, row))}</th>");
                HtmlParts.Cell(html, "Nominal", ReportText.Share(level));
                HtmlParts.Cell(html, "Measured", ReportText.Share(row.Coverage(level)));
                if (!isSingle)
                {
                    HtmlParts.Cell(html, "Lowest", ReportText.Share(row.Parts.Min(part => part.Coverage(level))));
                    HtmlParts.Cell(html, "Highest", ReportText.Share(row.Parts.Max(part => part.Coverage(level))));
                }

                HtmlParts.Cell(html, "Mean width", ReportText.Figure(row.Width(level), decimals));
                HtmlParts.Cell(html, "Winkler score", ReportText.Figure(row.Winkler(level), decimals),
                    row.Winkler(level) == rows.Min(other => other.Winkler(level)));
                html.Append("</tr>\n");
            }
        }

        string parts = isSingle
            ? ""
            : " It is the mean over the parts, and <strong>lowest</strong> and <strong>highest</strong> are those of single parts. Widths "
                + "and scores are in units of each part's mean change from row to row.";
        return html.Append(CultureInfo.InvariantCulture, $"""
            </tbody>
            </table>
            </div>
            <p class="note"><strong>Measured</strong> is the share of values that came inside the interval, over all rows ahead; it should be near the nominal share.{parts} Of intervals that hold
            what they promise the narrower are better: the <strong>Winkler score</strong> is the mean width plus a penalty for every miss, the lower the better.</p>
            """).ToString();
    }

    /// <summary>What the recommended forecast is made of.</summary>
    public static string Shares(ForecastReport report)
    {
        if (report.Comparison.Recommended is not { Shares.Count: > 0 } blend)
            return "";
        var html = new StringBuilder("<table class=\"shares\">\n<thead><tr><th scope=\"col\">Forecaster</th><th "
            + "scope=\"col\">Share</th><th scope=\"col\" aria-hidden=\"true\"></th></tr></thead>\n<tbody>\n");
        foreach ((string key, double share) in blend.Shares.OrderByDescending(each => each.Value))
        {
            ForecasterScore? score = report.Comparison.Scores.FirstOrDefault(each => each.Key == key);
            string color = report.ColorOf(key) is { } number
                ? string.Create(CultureInfo.InvariantCulture, $"var(--model-{number % 4})")
                : "var(--naive)";
            string name = HtmlParts.Escape(score is null ? key : ScoreTable.Name(report, score));
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{name}</th><td>{ReportText.Share(share)}</td>");
            html.Append(CultureInfo.InvariantCulture,
                $"<td class=\"bar\" aria-hidden=\"true\"><span style=\"width:{100 * share:0.#}%;background:{color}\"></span></td></tr>\n");
        }

        html.Append("</tbody>\n</table>\n<p class=\"note\">Shares were found on the newest training rows");
        return html.Append(report.Main.IsSingle && report.Comparison.Steps == 1
            ? ".</p>"
            : "; these are means over all parts and rows ahead.</p>").ToString();
    }
}
