using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>The values of the rows to come.</summary>
internal static class FutureTable
{
    /// <summary>From more rows on the table scrolls.</summary>
    private const int Long = 24;

    public static string Html(ForecastReport report)
    {
        if (report.Future is null)
            return "";
        PartView[] views = [.. report.Spread(PartPictures.Most).Where(view => view.Future is not null)];
        if (report.Parts.Count == 1)
            return Table(report, views[0]);
        // With scripts one table, that of the part that is chosen.
        var html = new StringBuilder("<div class=\"live\" data-table=\"values\"></div>\n<div class=\"still\">\n");
        foreach (PartView view in views)
            html.Append(CultureInfo.InvariantCulture,
                $"<h3>{HtmlParts.Escape(ReportText.Shorten(report.NameOf(view.Part), 60))}</h3>\n{Table(report, view)}\n");
        if (views.Length < report.Parts.Count)
            html.Append(CultureInfo.InvariantCulture,
                $"<p class=\"note\">{views.Length} of {ReportText.Count(report.Parts.Count)} are shown.</p>\n");
        return html.Append("</div>").ToString();
    }

    /// <summary>How many decimals the values of a part get.</summary>
    public static int Decimals(ForecastReport report, PartView view) => ReportText.Decimals(
        view.Place >= 0 ? report.Comparison.Naive.Parts[view.Place].Rmse : view.Future is { } future ? future[0, 1] : 1);

    private static string Table(ForecastReport report, PartView view)
    {
        PartForecast future = view.Future!;
        int decimals = Decimals(report, view);
        string Ends(PredictionInterval? interval) => interval is { } ends
            ? $"{ReportText.Figure(ends.Lower, decimals)} to {ReportText.Figure(ends.Upper, decimals)}"
            : HtmlParts.None;
        string label = $"Values of {HtmlParts.Escape(ReportText.Short(report.NameOf(view.Part)))}";
        var html = new StringBuilder($"<div class=\"wide{(future.Steps > Long ? " long" : "")}\" tabindex=\"0\" role=\"region\" "
            + $"aria-label=\"{label}\">\n<table class=\"errors values\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<thead><tr><th scope=\"col\">{report.RowName}</th><th scope=\"col\">Value</th>");
        html.Append(future.HasIntervals ? "<th scope=\"col\">80 % interval</th><th scope=\"col\">95 % interval</th>" : "")
            .Append("</tr></thead>\n<tbody>\n");
        foreach (ForecastRow row in future.Rows())
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{HtmlParts.Escape(future.Format(row.Date))}</th>");
            HtmlParts.Cell(html, "Value", ReportText.Figure(row.Value, decimals));
            if (future.HasIntervals)
            {
                HtmlParts.Cell(html, "80 % interval", Ends(row.Within80));
                HtmlParts.Cell(html, "95 % interval", Ends(row.Within95));
            }

            html.Append("</tr>\n");
        }

        return html.Append("</tbody>\n</table>\n</div>").ToString();
    }
}
