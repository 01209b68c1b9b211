using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Unroll.Tests.Reports;

/// <summary>What a reader finds on a page.</summary>
internal static partial class PageText
{
    /// <summary>The sections in their order.</summary>
    public static string[] Sections(string html) => [.. Regex.Matches(html, "<h2 id=\"([a-z]+)\">").Select(match => match.Groups[1].Value)];

    /// <summary>The first table of a section, a star before figures in bold.</summary>
    public static string[][] Table(string html, string section)
    {
        string table = Regex.Match(html, $"<h2 id=\"{section}\">.*?(<table.*?</table>)", RegexOptions.Singleline).Groups[1].Value;
        return
        [
            .. Regex.Matches(table, "<tr.*?</tr>", RegexOptions.Singleline)
                .Select(row => Regex.Matches(row.Value, "<t[hd]([^>]*)>(.*?)</t[hd]>", RegexOptions.Singleline)
                    .Select(cell => (cell.Groups[1].Value.Contains("class=\"best\"", StringComparison.Ordinal) ? "*" : "")
                        + Text(cell.Groups[2].Value)).ToArray()),
        ];
    }

    /// <summary>The numbers behind the charts.</summary>
    public static JsonElement Data(string html)
    {
        string json = Regex.Match(html, "<script type=\"application/json\" id=\"report-data\">(.*?)</script>",
            RegexOptions.Singleline).Groups[1].Value;
        return JsonDocument.Parse(json).RootElement;
    }

    public static double[] Numbers(JsonElement list) =>
        [.. list.EnumerateArray().Select(number => number.ValueKind == JsonValueKind.Null ? double.NaN : number.GetDouble())];

    public static DateTime Date(JsonElement seconds) =>
        DateTime.SpecifyKind(DateTime.UnixEpoch.AddTicks((long)(seconds.GetDecimal() * TimeSpan.TicksPerSecond)), DateTimeKind.Unspecified);

    /// <summary>The page without scripts and styles.</summary>
    public static string Markup(string html) => Script().Replace(html, "");

    public static string WithScripts(string html) => Script().Replace(html, match => match.Groups["body"].Value);

    private static string Text(string html) => WebUtility.HtmlDecode(Regex.Replace(html, "<[^>]*>", "")).Replace('\u00a0', ' ').Trim();

    [GeneratedRegex("<s(?:cript|tyle)[^>]*>(?<body>.*?)</s(?:cript|tyle)>", RegexOptions.Singleline)]
    private static partial Regex Script();
}
