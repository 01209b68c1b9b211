using System.CommandLine;
using System.CommandLine.Parsing;

namespace Unroll.Cli;

/// <summary>What is wrong with a command line, in one line.</summary>
internal static class ParseErrors
{
    /// <summary>Null where nothing is wrong, or help is asked for.</summary>
    public static string? Describe(ParseResult result)
    {
        if (result.Action is HelpWithExample)
            return null;
        Command command = result.CommandResult.Command;
        bool hasVerbs = command.Subcommands.Count > 0;
        string help = $"{Words(result.CommandResult)} --help";
        // The parser takes an option that it does not know for a file.
        if (result.Tokens.FirstOrDefault(token => token.Type == TokenType.Argument && LooksLikeOption(token.Value)) is { } option)
        {
            string? suggestion = Suggestion(option.Value, command.Options.Select(candidate => candidate.Name));
            return $"There is no option {option.Value}{suggestion ?? "."} See {help}.";
        }
        if (result.Errors.Count == 0)
            return null;
        string[] verbs = [.. command.Subcommands.Select(verb => verb.Name)];
        if (result.UnmatchedTokens.Count == 0 && hasVerbs && result.CommandResult.Parent is not null)
            return $"{Words(result.CommandResult)} needs a verb: {string.Join(", ", verbs)}. See {help}.";
        if (result.UnmatchedTokens.Count == 0)
            return $"{result.Errors[0].Message.TrimEnd('.')}. See {help}.";
        string text = result.UnmatchedTokens[0];
        return hasVerbs
            ? $"There is no verb {text}{Suggestion(text, verbs) ?? $"; there are {string.Join(", ", verbs)}."} See {help}."
            : $"\"{text}\" is one argument too many. See {help}.";
    }

    /// <summary>The words of a command: <c>unroll cluster status</c>.</summary>
    private static string Words(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Words(parent)} {result.Command.Name}" : "unroll";

    private static string? Suggestion(string text, IEnumerable<string> words) =>
        Spelling.Nearest(text, words) is { } word ? $"; did you mean {word}?" : null;

    private static bool LooksLikeOption(string text) =>
        text.Length > 1 && text[0] == '-' && (text[1] == '-' || char.IsAsciiLetter(text[1]));
}
