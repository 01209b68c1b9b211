using System.CommandLine;

namespace Unroll.Cli;

/// <summary>What is wrong with a command line, in one line.</summary>
internal static class ParseErrors
{
    public static string Describe(ParseResult result)
    {
        Command command = result.CommandResult.Command;
        bool isRoot = command.Subcommands.Count > 0;
        string help = isRoot ? "unroll --help" : $"unroll {command.Name} --help";
        if (result.UnmatchedTokens.Count == 0)
            return $"{result.Errors[0].Message.TrimEnd('.')}. See {help}.";
        string token = result.UnmatchedTokens[0];
        if (token.StartsWith('-'))
            return $"there is no option {token}. See {help}.";
        return isRoot
            ? $"there is no verb {token}; there are {string.Join(", ", command.Subcommands.Select(verb => verb.Name))}. See {help}."
            : $"\"{token}\" is one argument too many. See {help}.";
    }
}
