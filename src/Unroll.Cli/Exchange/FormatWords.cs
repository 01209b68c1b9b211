using Unroll.Exchange;

namespace Unroll.Cli;

/// <summary>Formats of networks in words.</summary>
internal static class FormatWords
{
    /// <summary>The endings of formats, with commas between.</summary>
    public static string Extensions(Func<ExchangeFormat, bool> holds) =>
        string.Join(", ", ExchangeFormats.All.Where(holds).SelectMany(format => format.Extensions));
}
