using System.Globalization;

namespace Unroll.Formats;

/// <summary>
/// What something says of itself, the same for every culture: what is written into a file is compared by a process of another one.
/// </summary>
internal static class InvariantText
{
    /// <param name="value">Null gives an empty text. The text of a record writes its members in the culture of the thread.</param>
    public static string Of(object? value)
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            return value?.ToString() ?? "";
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
