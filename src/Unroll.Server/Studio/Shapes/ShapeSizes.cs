namespace Unroll.Server;

/// <summary>How much of their data the networks of shapes learn from, how large they are, and how long they learn.</summary>
/// <param name="Words">Of the dictionary, at most.</param>
/// <param name="MostLetters">Of a word.</param>
/// <param name="Characters">Of the novel, at most.</param>
internal sealed record ShapeSizes(
    int Words, int MostLetters, int WordUnits, int WordEpochs, int Characters, int NovelUnits, int NovelSteps, int NovelEpochs)
{
    /// <summary>A minute or so each on two cores.</summary>
    public static ShapeSizes Usual { get; } = new(40_000, 20, 96, 12, int.MaxValue, 256, 128, 14);
}
