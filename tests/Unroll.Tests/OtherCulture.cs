using System.Globalization;

namespace Unroll.Tests;

/// <summary>A culture in which everything is written otherwise, as no culture of the machine has to be installed for.</summary>
internal static class OtherCulture
{
    /// <summary>What comes of something in that culture.</summary>
    public static T In<T>(Func<T> make)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        culture.NumberFormat.NegativeSign = "~";
        culture.DateTimeFormat.DateSeparator = "/";
        culture.DateTimeFormat.TimeSeparator = ".";
        try
        {
            CultureInfo.CurrentCulture = culture;
            return make();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
