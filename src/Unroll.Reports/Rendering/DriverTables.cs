using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>What drives the forecast: the share of each group of inputs, and what the rows to come are made of.</summary>
internal static class DriverTables
{
    /// <summary>From more rows on the table scrolls.</summary>
    private const int Long = 14;

    public static string Html(ForecastReport report)
    {
        string[] texts = [Inputs(report), Rows(report)];
        return string.Join('\n', texts.Where(text => text.Length > 0));
    }

    /// <summary>Shares of groups of inputs, as bars.</summary>
    private static string Inputs(ForecastReport report)
    {
        if (report.Importance is not { } importance)
            return "";
        string words = importance.InWords();
        var html = new StringBuilder($"<p>{HtmlParts.Escape(HtmlParts.Capital(words))}.</p>\n<table class=\"shares inputs\">\n");
        html.Append("<thead><tr><th scope=\"col\">Input</th><th scope=\"col\">Share</th><th scope=\"col\">Error grows by</th>");
        html.Append("<th scope=\"col\" aria-hidden=\"true\"></th></tr></thead>\n<tbody>\n");
        foreach (InputShare input in importance.Inputs.Where(input => input.Increase != 0).OrderByDescending(input => input.Share))
        {
            string name = HtmlParts.Escape(ReportText.Short(HtmlParts.Capital(input.Name)));
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{name}</th>");
            html.Append(CultureInfo.InvariantCulture, $"<td>{ReportText.Share(input.Share)}</td><td>{Growth(input.Increase)}</td>");
            string width = string.Create(CultureInfo.InvariantCulture, $"{100 * input.Share:0.#}%");
            string bar = input.Share > 0 ? $"<span style=\"width:{width}\"></span>" : "";
            html.Append(CultureInfo.InvariantCulture, $"<td class=\"bar\" aria-hidden=\"true\">{bar}</td></tr>\n");
        }

        string parts = importance.PartsInAll == 1 ? "" : importance.Parts.Count < importance.PartsInAll
            ? string.Create(CultureInfo.InvariantCulture, $" Of {importance.PartsInAll:N0} parts {importance.Parts.Count} were looked at.")
            : " It is a mean over all parts.";
        html.Append(CultureInfo.InvariantCulture, $"""
            </tbody>
            </table>
            <p class="note">How much the mean absolute error on the newest training rows grows when an input is taken from another row by
            chance, and its share of all that.{parts} Inputs that say the same are understated, each by itself: the forecast still has the
            other. It tells what this forecast uses, not what causes what.{UnusedInputs(importance)}</p>
            """);
        return html.ToString();
    }

    /// <summary>The inputs that could be looked at and are not, as a sentence; nothing where there are none.</summary>
    private static string UnusedInputs(InputImportance importance)
    {
        const int Named = 6;
        string[] names = [.. importance.Inputs.Where(input => input.Increase == 0).Select(input => ReportText.Short(input.Name))];
        if (names.Length == 0)
            return "";
        string more = names.Length > Named ? string.Create(CultureInfo.InvariantCulture, $" and {names.Length - Named} more") : "";
        return $" Not used: {HtmlParts.Escape(string.Join(", ", names.Take(Named)) + more)}.";
    }

    /// <summary>A chart and, of one part, a table of what the rows to come are made of.</summary>
    private static string Rows(ForecastReport report)
    {
        if (report.Contributions.Count == 0)
            return "";
        string note = $"""
            <p class="note"><strong>Level</strong> is where the series stands, <strong>recent values</strong> what they say beyond it, as a
            trend; <strong>season</strong> is the calendar and what the seasons before were like, <strong>networks</strong> what they
            correct, and <strong>limit</strong> what a smallest or largest value moves. Together they are the forecast; drivers.csv has
            them for all rows.</p>
            """;
        const string Caption = "Bars are what is added to the level, which is 0 here.";
        string chart = HtmlParts.Chart(Charts.Drivers(report), HtmlParts.Picker(report, "pick-drivers"), Caption);
        string table = report.Parts.Count > 1 ? "" : Table(report, report.Contributions[0]) + "\n";
        return $"<h3>What the rows to come are made of</h3>\n{chart}\n{table}{note}";
    }

    private static string Table(ForecastReport report, PartContributions part)
    {
        PartView view = report.Parts[0];
        int decimals = FutureTable.Decimals(report, view);
        IReadOnlyList<Contribution> present = part.Present;
        string label = $"What {HtmlParts.Escape(ReportText.Short(report.NameOf(part.Part)))} is made of";
        string kind = part.Rows.Count > Long ? "wide long" : "wide";
        var html = new StringBuilder($"<div class=\"{kind}\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<table class=\"errors made\">\n<thead><tr><th scope=\"col\">{report.RowName}</th>");
        foreach (Contribution each in present)
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{DriverBars.Name(each)}</th>");
        html.Append("<th scope=\"col\">Forecast</th></tr></thead>\n<tbody>\n");
        foreach (RowContributions row in part.Rows)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{HtmlParts.Escape(view.Future!.Format(row.Date))}</th>");
            foreach (Contribution each in present)
                HtmlParts.Cell(html, DriverBars.Name(each), ReportText.Figure(row[each], decimals));
            HtmlParts.Cell(html, "Forecast", ReportText.Figure(row.Sum, decimals), best: true);
            html.Append("</tr>\n");
        }

        return html.Append("</tbody>\n</table>\n</div>").ToString();
    }

    /// <summary>By how many percent an error grows; many are told as a multiple.</summary>
    private static string Growth(double percent) => percent switch
    {
        double.PositiveInfinity => "from 0",
        >= 1000 => string.Create(CultureInfo.InvariantCulture, $"{1 + (percent / 100):N0} times"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{percent:0.0} %").Replace('-', '−'),
    };
}
