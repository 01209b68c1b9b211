using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>The parts of the page on rows further ahead, and on intervals; nothing where there are none.</summary>
internal static class HorizonParts
{
    private static readonly int[] s_steps = [1, 2, 3, 5, 7, 10, 14, 21, 28, 60, 90, 180, 365];
    private const int MostColumns = 7;

    /// <summary>RMSE by rows ahead, networks first; the lowest of each column in bold.</summary>
    public static string ByStep(ForecastReport report)
    {
        (string Name, IReadOnlyList<double> Rmse)[] rows =
        [
            .. report.Models.Select(model => (model.Name, model.RmseByStep)),
            .. report.NaiveByStep.Count > 0 ? [(report.NaiveName, report.NaiveByStep)] : Array.Empty<(string, IReadOnlyList<double>)>(),
            .. report.Baselines.Select(score => (HtmlParts.Capital(score.Name), score.RmseByStep)),
        ];
        rows = [.. rows.Where(row => row.Rmse.Count > 1)];
        if (rows.Length == 0)
            return "";
        int most = rows.Max(row => row.Rmse.Count), networks = rows.Count(row => report.Models.Any(model => model.Name == row.Name));
        List<int> steps = [.. s_steps.Where(step => step < most), most];
        while (steps.Count > MostColumns)
            steps.RemoveAt(steps.Count / 2);
        int decimals = ReportText.Decimals(report.NaiveRmse);
        var html = new StringBuilder("<section aria-labelledby=\"horizon\">\n<h2 id=\"horizon\">RMSE by rows ahead</h2>\n<table class=\"errors\">\n<thead><tr><th scope=\"col\">Model</th>");
        foreach (int step in steps)
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{step}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        for (int i = 0; i < rows.Length; i++)
        {
            if (i == networks)
                html.Append("</tbody>\n<tbody>\n");
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{HtmlParts.Escape(rows[i].Name)}</th>");
            foreach (int step in steps)
                HtmlParts.Cell(html, $"{step} ahead", ReportText.Figure(rows[i].Rmse[step - 1], decimals), rows[i].Rmse[step - 1] == rows.Min(row => row.Rmse[step - 1]));
            html.Append("</tr>\n");
        }

        return html.Append("</tbody>\n</table>\n<p class=\"note\">Every row ahead is judged over the same number of origins, the newest rows known when a forecast was made.</p>\n</section>").ToString();
    }

    /// <summary>How often the intervals held what came, beside how often they should have: those of the networks, the naive forecast and the best baseline.</summary>
    public static string Intervals(ForecastReport report)
    {
        (string Name, IReadOnlyList<IntervalScore> Intervals)[] rows =
        [
            .. report.Models.Select(model => (model.Name, model.Intervals)),
            .. report.NaiveIntervals.Count > 0 ? [(report.NaiveName, report.NaiveIntervals)] : Array.Empty<(string, IReadOnlyList<IntervalScore>)>(),
            .. report.Baselines.Where(score => score.Intervals.Count > 0 && score.Rmse < report.NaiveRmse).OrderBy(score => score.Rmse).Take(1).Select(score => (HtmlParts.Capital(score.Name), score.Intervals)),
        ];
        if (report.Models.All(model => model.Intervals.Count == 0))
            return "";
        int decimals = ReportText.Decimals(report.NaiveRmse);
        var html = new StringBuilder("""
            <section aria-labelledby="intervals">
            <h2 id="intervals">Intervals</h2>
            <table class="errors">
            <thead><tr><th scope="col">Model</th><th scope="col">Rows ahead</th><th scope="col">Nominal</th><th scope="col">Measured</th><th scope="col">Mean width</th><th scope="col">Winkler score</th><th scope="col">Pinball loss</th></tr></thead>
            <tbody>

            """);
        foreach ((string name, IReadOnlyList<IntervalScore> intervals) in rows)
        {
            foreach (IntervalScore score in intervals)
            {
                html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{HtmlParts.Escape(name)}</th>");
                HtmlParts.Cell(html, "Rows ahead", score.Step.ToString(CultureInfo.InvariantCulture));
                HtmlParts.Cell(html, "Nominal", ReportText.Share(score.Level));
                HtmlParts.Cell(html, "Measured", ReportText.Share(score.Coverage));
                HtmlParts.Cell(html, "Mean width", ReportText.Figure(score.Width, decimals));
                HtmlParts.Cell(html, "Winkler score", ReportText.Figure(score.Winkler, decimals), score.Winkler == rows.SelectMany(row => row.Intervals).Where(other => other.Level == score.Level && other.Step == score.Step).Min(other => other.Winkler));
                HtmlParts.Cell(html, "Pinball loss", ReportText.Figure(score.Pinball, decimals));
                html.Append("</tr>\n");
            }
        }

        return html.Append("""
            </tbody>
            </table>
            <p class="note"><strong>Measured</strong> is the share of test rows inside the interval; it should be near the nominal share. Of intervals that hold what they promise the
            narrower are better: the <strong>Winkler score</strong> is the mean width plus a penalty for every miss, the lower the better, and the <strong>pinball loss</strong> is that of both ends as quantiles.
            The intervals are calibrated on the newest training rows, which the model was not fitted to for that, and follow the errors of the test rows as these become known.</p>
            </section>
            """).ToString();
    }

    /// <summary>CRPS of all that have calibrated intervals, networks first; the lowest of each column in bold.</summary>
    public static string Crps(ForecastReport report)
    {
        (string Name, IReadOnlyList<CrpsScore> Crps)[] rows =
        [
            .. report.Models.Select(model => (model.Name, model.Crps)),
            (report.NaiveName, report.NaiveCrps),
            .. report.Baselines.Select(score => (HtmlParts.Capital(score.Name), score.Crps)),
        ];
        if (report.Models.All(model => model.Crps.Count == 0))
            return "";
        rows = [.. rows.Where(row => row.Crps.Count > 0)];
        int networks = report.Models.Count(model => model.Crps.Count > 0), decimals = ReportText.Decimals(report.NaiveRmse);
        int[] steps = [.. rows.SelectMany(row => row.Crps).Select(score => score.Step).Distinct().Order()];
        double? At(IReadOnlyList<CrpsScore> scores, int step) => scores.FirstOrDefault(score => score.Step == step)?.Value;
        var html = new StringBuilder("<section aria-labelledby=\"crps\">\n<h2 id=\"crps\">CRPS</h2>\n");
        foreach (string sentence in report.CrpsVerdict)
            html.Append(CultureInfo.InvariantCulture, $"<p>{HtmlParts.Escape(sentence)}</p>\n");
        html.Append("<table class=\"errors\">\n<thead><tr><th scope=\"col\">Model</th>");
        foreach (int step in steps)
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{step} {(step == 1 ? "row" : "rows")} ahead</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        for (int i = 0; i < rows.Length; i++)
        {
            if (i == networks)
                html.Append("</tbody>\n<tbody>\n");
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{HtmlParts.Escape(rows[i].Name)}</th>");
            foreach (int step in steps)
                HtmlParts.Cell(html, $"{step} ahead", ReportText.Figure(At(rows[i].Crps, step) ?? double.NaN, decimals), At(rows[i].Crps, step) == rows.Min(row => At(row.Crps, step)));
            html.Append("</tr>\n");
        }

        return html.Append("""
            </tbody>
            </table>
            <p class="note">The <strong>continuous ranked probability score</strong> judges middle and spread by one number, the lower the better: it is twice the pinball loss, averaged over the quantiles from
            2.5 to 97.5 %, and would be the absolute error if there were no spread. For all alike the quantiles are the forecast and the ends of calibrated intervals.</p>
            </section>
            """).ToString();
    }
}
