using System.CommandLine;

namespace Unroll.Cli;

/// <summary>What the library's errors are about, and the options of the tool that change it: the library knows of no options.</summary>
internal static class SubjectOptions
{
    private static readonly Dictionary<string, string[]> s_options = new()
    {
        ["window"] = ["--window"],
        ["steps"] = ["--steps", "--window"],
        ["train"] = ["--train"],
        ["test"] = ["--test"],
        ["ranges"] = ["--train", "--test"],
        ["rows"] = ["--train", "--test"],
        ["horizon"] = ["--horizon"],
        ["missing"] = ["--missing"],
        ["missing-marks"] = ["--na"],
        ["date"] = ["--date"],
        ["date-format"] = ["--date-format"],
        ["timezone"] = ["--timezone"],
        ["decimal"] = ["--decimal"],
        ["columns"] = ["--columns"],
        ["skip"] = ["--skip"],
        ["delimiter"] = ["--delimiter"],
        ["sheet"] = ["--sheet"],
        ["target"] = ["--target"],
        ["series"] = ["--series"],
        ["static"] = ["--static"],
        ["features"] = ["--features"],
        ["known"] = ["--known"],
        ["holidays"] = ["--holidays"],
        ["transform"] = ["--transform"],
        ["strategy"] = ["--strategy"],
        ["head"] = ["--head"],
        ["ensemble"] = ["--ensemble"],
        ["validation"] = ["--validation"],
        ["model"] = ["--model"],
        ["min"] = ["--min"],
        ["max"] = ["--max"],
        ["units"] = ["--units"],
        ["layers"] = ["--layers"],
        ["dropout"] = ["--dropout"],
        ["epochs"] = ["--epochs"],
        ["batch"] = ["--batch"],
        ["learning-rate"] = ["--learning-rate"],
        ["clip-norm"] = ["--clip-norm"],
        ["threads"] = ["--threads"],
        ["seed"] = ["--seed"],
        ["by-name"] = ["--by-name"],
        ["into"] = ["--into"],
        ["names"] = ["--rename"],
        ["inputs"] = ["--inputs"],
        ["outputs"] = ["--outputs"],
        ["gives"] = ["--gives"],
        ["scaler"] = ["--scaling", "--scaler"],
        ["trained-until"] = ["--trained-until"],
        ["folder"] = ["--out"],
        ["refit"] = ["--refit"],
        ["sliding"] = ["--sliding"],
        ["port"] = ["--port"],
        ["grpc-port"] = ["--grpc-port"],
        ["address"] = ["--address"],
        ["keys"] = ["--key-file", "--no-keys"],
    };

    /// <summary>The message of an error and behind it, in brackets, the options of the verb that it is about.</summary>
    /// <param name="error">Of the library or the tool; several subjects have commas between.</param>
    /// <param name="verb">What was run; null where that is not known.</param>
    public static string Message(UnrollException error, Command? verb)
    {
        string[] options =
        [
            .. (error.Subject ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .SelectMany(subject => s_options.GetValueOrDefault(subject, []))
                .Where(option => verb is null || verb.Options.Any(candidate => candidate.Name == option))
                .Where(option => !error.Message.Contains(option, StringComparison.Ordinal))
                .Distinct(),
        ];
        string message = ReadingView.Notice(error.Message);
        return options.Length == 0 ? message : $"{message} ({string.Join(", ", options)})";
    }
}
