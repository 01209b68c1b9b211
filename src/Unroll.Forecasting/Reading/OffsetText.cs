using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>A distance from UTC as <see cref="TimeSeries.Zone"/> and the ends of ranges write it: UTC, +02:00 or -03:30.</summary>
internal static class OffsetText
{
    public const string Utc = "UTC";

    private const string Form = @"hh\:mm";

    public static string Of(TimeSpan offset) => offset == TimeSpan.Zero
        ? Utc
        : (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString(Form, CultureInfo.InvariantCulture);

    public static bool TryRead(string text, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (text == Utc)
            return true;
        if (text is not ['+' or '-', ..] || !TimeSpan.TryParseExact(text[1..], Form, CultureInfo.InvariantCulture, out TimeSpan size))
            return false;
        offset = text[0] == '-' ? -size : size;
        return true;
    }
}
