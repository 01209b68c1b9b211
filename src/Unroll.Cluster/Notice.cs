using System.Globalization;

namespace Unroll.Cluster;

/// <summary>What is told over the database's channel: that a piece of a study has a result, or that the study's state changed.</summary>
internal static class Notice
{
    /// <summary>Tells of a result: $1 is the study, $2 the piece's number.</summary>
    public const string OfResult = "select pg_notify('unroll', $1::text || ':' || $2::text)";

    /// <summary>Tells of another state: $1 is the study.</summary>
    public const string OfState = "select pg_notify('unroll', $1::text || ':')";

    /// <param name="payload">What was told.</param>
    /// <param name="study">The study.</param>
    /// <param name="number">The piece that has a result; null where the study's state changed.</param>
    public static bool TryRead(string payload, out long study, out int? number)
    {
        string[] parts = payload.Split(':');
        number = null;
        study = 0;
        if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out study))
            return false;
        if (parts[1].Length == 0)
            return true;
        bool isNumber = int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int piece);
        number = piece;
        return isNumber;
    }
}
