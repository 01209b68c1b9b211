namespace Unroll.Forecasting;

/// <summary>Finds the character between the cells of a text file.</summary>
internal static class Delimiters
{
    /// <summary>Stands for blanks of any number between cells.</summary>
    public const char Blanks = ' ';

    /// <summary>How much of the file is looked at.</summary>
    private const int MostLines = 500, MostBytes = 1 << 20;

    /// <summary>The share of the lines that blanks must cut into the same number of cells.</summary>
    private const double EvenShare = 0.9;

    private static readonly byte[] s_candidates = "\t;|,"u8.ToArray();

    /// <summary>What a first line such as <c>sep=;</c> says, as spreadsheets write it.</summary>
    public static char? Declaration(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> line = text[..Math.Max(0, text.IndexOfAny("\r\n"u8))];
        return line.Length == 5 && line.StartsWith("sep="u8) ? (char)line[4] : null;
    }

    /// <summary>The delimiter that cuts most lines into the same number of cells; null where there is one cell a line.</summary>
    /// <param name="text">UTF-8.</param>
    /// <param name="skip">Lines at the beginning that do not count.</param>
    public static char? Find(ReadOnlySpan<byte> text, int skip)
    {
        var counts = new List<int[]>();
        List<int> cells = [];
        bool isQuoted = false, wasBlank = true, hasText = false;
        int line = 0, words = 0;
        int[] found = new int[s_candidates.Length];
        for (int i = 0; i < Math.Min(text.Length, MostBytes) && counts.Count < MostLines; i++)
        {
            byte each = text[i];
            if (each == (byte)'"')
            {
                isQuoted = !isQuoted;
                hasText = true;
            }
            else if (isQuoted)
            {
                continue;
            }

            if (each == (byte)'\n')
            {
                End();
                continue;
            }

            int candidate = Array.IndexOf(s_candidates, each);
            if (candidate >= 0)
                found[candidate]++;
            bool isBlank = each is (byte)' ' or (byte)'\t' or (byte)'\r';
            hasText |= !isBlank;
            words += wasBlank && !isBlank ? 1 : 0;
            wasBlank = isBlank;
        }

        End();
        if (counts.Count == 0)
            return null;
        int best = -1, most = 0;
        for (int candidate = 0; candidate < s_candidates.Length; candidate++)
        {
            int lines = counts.Where(each => each[candidate] > 0).GroupBy(each => each[candidate]).Select(group => group.Count())
                .DefaultIfEmpty().Max();
            if (lines > most)
                (best, most) = (candidate, lines);
        }

        // Decimal commas between blanks: the comma is in all lines but the header.
        bool isBetweenBlanks = best >= 0 && s_candidates[best] == (byte)',' && most < counts.Count && cells[0] > 1
            && cells.TrueForAll(each => each == cells[0]);
        if (best >= 0 && !isBetweenBlanks)
            return (char)s_candidates[best];
        int even = cells.Where(each => each > 1).GroupBy(each => each).Select(group => group.Count()).DefaultIfEmpty().Max();
        return even >= EvenShare * cells.Count && even > 1 ? Blanks : null;

        void End()
        {
            if (hasText && line >= skip)
            {
                counts.Add(found);
                cells.Add(words);
            }

            (found, words, wasBlank, hasText) = (new int[s_candidates.Length], 0, true, false);
            line++;
        }
    }
}
