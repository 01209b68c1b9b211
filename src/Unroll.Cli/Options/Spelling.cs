namespace Unroll.Cli;

/// <summary>What somebody may have meant who wrote a word that there is not.</summary>
internal static class Spelling
{
    /// <summary>The nearest word, where few letters are different; null where none is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> words)
    {
        string lower = word.ToLowerInvariant();
        (string Word, int Distance) nearest = words.Select(candidate => (candidate, Distance(lower, candidate))).MinBy(each => each.Item2);
        return nearest.Distance <= Math.Max(1, word.TrimStart('-').Length / 3) ? nearest.Word : null;
    }

    /// <summary>
    /// How many letters must be put in, left out, replaced, or exchanged with their neighbour (Damerau 1964, restricted).
    /// </summary>
    private static int Distance(string first, string second)
    {
        var distance = new int[first.Length + 1, second.Length + 1];
        for (int i = 0; i <= first.Length; i++)
        {
            for (int j = 0; j <= second.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    distance[i, j] = i + j;
                    continue;
                }

                int replaced = distance[i - 1, j - 1] + (first[i - 1] == second[j - 1] ? 0 : 1);
                distance[i, j] = Math.Min(replaced, 1 + Math.Min(distance[i - 1, j], distance[i, j - 1]));
                if (i > 1 && j > 1 && first[i - 1] == second[j - 2] && first[i - 2] == second[j - 1])
                    distance[i, j] = Math.Min(distance[i, j], distance[i - 2, j - 2] + 1);
            }
        }

        return distance[first.Length, second.Length];
    }
}
