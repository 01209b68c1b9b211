using System.CommandLine;
using System.CommandLine.Completions;

namespace Unroll.Cli;

/// <summary>What a shell may write after the words of a command line.</summary>
internal static class Completions
{
    /// <summary>The word that shells call the tool with; it is in no help.</summary>
    public const string Call = "complete";

    /// <summary>What the word that is being written begins with for the tool, so that it is never empty.</summary>
    public const char Mark = '=';

    private const int LongestDescription = 60;

    /// <summary>
    /// One word a line, with a tab and its description where it has one; nothing where a file, a number or a name of
    /// the user's is expected.
    /// </summary>
    /// <param name="root">The tool.</param>
    /// <param name="words">
    /// The word that is being written, behind a <see cref="Mark"/>, then the words before it without the tool's name.
    /// </param>
    public static IEnumerable<string> Of(Command root, IReadOnlyList<string> words)
    {
        if (words.Count == 0 || words[0].Length == 0 || words[0][0] != Mark)
            return [];
        string begun = words[0][1..];
        Command command = root;
        Option? open = null;
        foreach (string word in words.Skip(1))
        {
            open = open is null && Find(root, command, word) is { } option && TakesValue(option) ? option : null;
            if (command.Subcommands.FirstOrDefault(verb => verb.Name == word) is { } verb)
                command = verb;
        }

        return open is not null ? Values(open, begun)
            : begun.StartsWith('-') ? Lines(Of(root, command).Select(option => (option.Name, option.Description)), begun)
            : command.Subcommands.Count > 0 ? Lines(command.Subcommands.Select(verb => (verb.Name, verb.Description)), begun)
            : Lines(command.Arguments.SelectMany(argument => Words(argument)).Select(word => (word, (string?)null)), begun);
    }

    private static IEnumerable<Option> Of(Command root, Command command) =>
        command.Options.Concat(root.Options.Where(option => option.Recursive)).Distinct().Where(option => !option.Hidden);

    private static Option? Find(Command root, Command command, string word) =>
        Of(root, command).FirstOrDefault(option => option.Name == word || option.Aliases.Contains(word));

    private static bool TakesValue(Option option) => option.ValueType != typeof(bool) && option.Arity.MaximumNumberOfValues > 0;

    /// <summary>Of an option that takes several values what is before the last comma stays.</summary>
    private static IEnumerable<string> Values(Option option, string begun)
    {
        string before = option.ValueType.IsArray ? begun[..(begun.LastIndexOf(',') + 1)] : "";
        string[] given = before.Split(',');
        return Lines(Words(option).Where(word => !given.Contains(word)).Select(word => (before + word, (string?)null)), begun);
    }

    private static IEnumerable<string> Words(Symbol symbol) => symbol.GetCompletions(CompletionContext.Empty).Select(each => each.Label);

    private static IEnumerable<string> Lines(IEnumerable<(string Word, string? Description)> all, string begun) => all
        .Where(each => each.Word.StartsWith(begun, StringComparison.OrdinalIgnoreCase))
        .Select(each => each.Description is { Length: > 0 } description ? $"{each.Word}\t{Short(description)}" : each.Word);

    /// <summary>The beginning of a description, up to where a sentence or what is in brackets ends it.</summary>
    private static string Short(string description)
    {
        string first = description.Split([". ", " [", ": ", ";"], StringSplitOptions.None)[0].TrimEnd('.');
        return first.Length <= LongestDescription ? first : first[..first.LastIndexOf(' ', LongestDescription)] + " …";
    }
}
