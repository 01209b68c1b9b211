using System.CommandLine;
using System.CommandLine.Parsing;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>The options that say how a file is read, for every verb that reads one. What is not given is found.</summary>
internal sealed class ReadingOptions
{
    /// <summary>What most verbs say of FILE.</summary>
    public const string AnyTable = "A table with a date column and columns of numbers: text with any delimiter, .xlsx, "
        + ".parquet, any of them as .gz, - for standard input; or several, as \"data/*.csv\" [default: the sample sp500]";

    private const string NoDates = "none";

    private readonly Argument<string[]> _files;
    private readonly Option<string?> _sample = new Option<string?>("--sample")
    {
        Description = "Use a sample that ships with the tool: "
            + string.Join(", ", Sample.All.Select(sample => $"{sample.Name} ({sample.Title} {sample.Years})")),
        HelpName = "NAME",
    }.Proposing(Sample.All.Select(sample => sample.Name));

    private readonly Option<bool> _wide = new("--wide")
    {
        Description = "Take each column of numbers for a series of its own; the values are then called value",
    };

    private readonly Option<string[]> _date = Options.Names("--date",
        "The column of the dates, or those they are spread over, as Date,Time; none to number the rows [default: found]");
    private readonly Option<string?> _dateFormat = new("--date-format")
    {
        Description = "How dates are written: dmy, mdy, ymd, unix, unix-ms, excel, or a format as dd/MM/yyyy or %d/%m/%Y [default: found]",
        HelpName = "FORMAT",
    };

    private readonly Option<string?> _timeZone = new("--timezone")
    {
        Description = "The zone of times without an offset, as Europe/Berlin; they are turned into UTC [default: as they are]",
        HelpName = "ZONE",
    };

    private readonly Option<string?> _decimal = Options.OptionalWord("--decimal", [".", ","],
        "The sign before decimals, the other one then groups thousands [default: found]");
    private readonly Option<string[]> _missingMarks = new("--na")
    {
        Description = "What stands for a missing value beside NA, null, - and the like, as -9999 or closed; repeat it for more",
        HelpName = "TEXT",
    };

    private readonly Option<char?> _delimiter = new("--delimiter")
    {
        Description = "The character between cells, or tab [default: found among comma, semicolon, tab, bar and blanks]",
        HelpName = "CHARACTER",
        CustomParser = DelimiterOf,
    };

    private readonly Option<int?> _skip = Options.OptionalWhole(
        "--skip", 0, int.MaxValue, "How many lines stand before the header [default: found]");
    private readonly Option<string[]> _columns = Options.Names("--columns",
        "The only columns to read beside the dates and the series [default: all of numbers]");
    private readonly Option<string?> _sheet = new("--sheet")
    {
        Description = "Of a workbook: the sheet, by its name or number [default: the only one with rows]",
        HelpName = "SHEET",
    };

    /// <param name="file">What is said of FILE.</param>
    public ReadingOptions(string file) => _files = new Argument<string[]>("FILE")
    {
        Description = file,
        Arity = ArgumentArity.ZeroOrMore,
    };

    public void AddTo(Command command, params string[] without)
    {
        command.Add(_files);
        Option[] options = [_sample, _wide, _date, _dateFormat, _timeZone, _decimal, _missingMarks, _skip, _delimiter, _columns, _sheet];
        foreach (Option option in options.Where(option => !without.Contains(option.Name)))
            command.Add(option);
    }

    /// <param name="result">What was parsed.</param>
    /// <param name="isNeeded">Whether a file or a sample must be named.</param>
    /// <exception cref="UnrollException">Options that do not go together, or a file that is not there.</exception>
    public DataSource Read(ParseResult result, bool isNeeded = false)
    {
        string[] dates = result.GetValue(_date) ?? [];
        bool isNumbered = dates is [var only] && only.Equals(NoDates, StringComparison.OrdinalIgnoreCase);
        var options = new ReadOptions
        {
            Date = isNumbered ? [] : dates.Length > 0 ? dates : null,
            DateFormat = result.GetValue(_dateFormat),
            TimeZone = result.GetValue(_timeZone),
            Decimal = result.GetValue(_decimal) is { } sign ? sign[0] : null,
            Missing = result.GetValue(_missingMarks) ?? [],
            Skip = result.GetValue(_skip),
            Delimiter = result.GetValue(_delimiter),
            Sheet = result.GetValue(_sheet),
            Columns = result.GetValue(_columns) is { Length: > 0 } columns ? columns : null,
        };
        return DataSource.From(result.GetValue(_files) ?? [], result.GetValue(_sample), isNeeded) with
        {
            Options = options,
            IsWide = result.GetValue(_wide),
            OptionWords = Words(result),
        };
    }

    private static char? DelimiterOf(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (text == "tab")
            return '\t';
        if (text is [not '"' and < (char)128 and var only] && !char.IsLetterOrDigit(only))
            return only;
        result.AddError($"--delimiter is \"{text}\"; it takes a character such as ^ or ~, or the word tab");
        return null;
    }

    /// <summary>The options as they stand on a command line, so that a printed command reads the file alike.</summary>
    private List<string> Words(ParseResult result)
    {
        var words = new List<string>();
        foreach (Option option in (Option[])[_date, _dateFormat, _timeZone, _decimal, _missingMarks, _skip, _delimiter, _columns, _sheet,
            _wide])
        {
            if (result.GetResult(option) is not { Implicit: false } given)
                continue;
            if (given.Tokens.Count == 0)
                words.Add(option.Name);
            words.AddRange(given.Tokens.SelectMany(token => new[] { option.Name, token.Value }));
        }

        return words;
    }
}
