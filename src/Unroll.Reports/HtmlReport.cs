using System.Text;

namespace Unroll.Reports;

/// <summary>One self-contained HTML page that opens offline and fetches nothing.</summary>
public static class HtmlReport
{
    /// <summary>The page as text.</summary>
    /// <exception cref="ArgumentException">The report contradicts itself, for example in the lengths of its lists.</exception>
    public static string Render(ForecastReport report) => throw new NotImplementedException();

    /// <summary>Writes the page to a file in UTF-8, replacing one that is there.</summary>
    /// <inheritdoc cref="Render" path="/exception"/>
    public static void Write(ForecastReport report, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        File.WriteAllText(path, Render(report), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }
}
