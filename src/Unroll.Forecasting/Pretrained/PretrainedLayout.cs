namespace Unroll.Forecasting;

/// <summary>How windows of rows become the input of a pretrained network, and its outputs rows ahead.</summary>
/// <param name="Window">T.</param>
/// <param name="Features">F.</param>
/// <param name="Outputs">How many numbers it gives for a window.</param>
/// <param name="Reads">Never <see cref="PretrainedOutputs.Found"/>.</param>
internal sealed record PretrainedLayout(int Window, int Features, int Outputs, PretrainedOutputs Reads)
{
    /// <summary>How many rows ahead one run gives.</summary>
    public int Rows => Reads == PretrainedOutputs.Rows ? Outputs : 1;

    /// <param name="input">Of one window.</param>
    /// <param name="output">For one window.</param>
    /// <param name="options">What the user says of both.</param>
    /// <exception cref="UnrollException">Either has a shape that no window of rows has, the columns do not fit, or there
    /// are two readings.</exception>
    public static PretrainedLayout Of(Shape input, Shape output, PretrainedOptions options)
    {
        (int window, int features) = WindowOf(input, options);
        int columns = Math.Max(1, options.Columns.Count);
        if (features != columns)
            throw Refused(options, options.Columns.Count == 0
                ? $"reads {features} numbers a row (its input is {input}), so the target alone is not enough. Name the {features} "
                    + "columns in the order in which it was trained on them"
                : $"reads {Count(features, "number")} a row (its input is {input}), but {Count(columns, "column is", "columns are")} "
                    + $"named. Name the {features} in the order in which it was trained on them",
                "inputs");
        PretrainedOutputs reads = ReadingOf(output, window, features, options);
        if (options.Gives.Name != TargetTransform.None.Name && reads != PretrainedOutputs.EachStep && output.Size > 1)
            throw Refused(options, $"gives {output.Size} numbers, and which row each of these changes starts from is not known. Only "
                + "one change ahead can be judged", "gives");
        return new PretrainedLayout(window, features, output.Size, reads);
    }

    private static (int Window, int Features) WindowOf(Shape input, PretrainedOptions options) => input.Rank switch
    {
        2 => (input[0], input[1]),
        1 when options.Columns.Count <= 1 => (input[0], 1),
        1 => (1, input[0]),
        _ => throw Refused(options, $"reads inputs of shape {input}; a window of rows has the shape (T, F), T rows of F columns"),
    };

    private static PretrainedOutputs ReadingOf(Shape output, int window, int features, PretrainedOptions options)
    {
        // (1, K) is K numbers, and (S, 1) S of them.
        bool isFlat = output.Rank == 1 || (output.Rank == 2 && (output[0] == 1 || output[1] == 1));
        if (!isFlat)
            throw Refused(options, $"gives {output}; what is read is one number, K numbers, or one for each row of the window");
        int count = output.Size;
        bool isEach = output.Rank == 2 && output[0] == window && window > 1, isColumns = count == features && features > 1;
        switch (options.Outputs)
        {
            case PretrainedOutputs.Columns when !isColumns:
                throw Refused(options, $"gives {Count(count, "number")} for a window of {Count(features, "column")}, so these are not "
                    + "the columns of the next row. Say how its outputs are read otherwise", "outputs");
            case PretrainedOutputs.EachStep when !isEach:
                throw Refused(options, $"gives {output} for a window of {Count(window, "row")}, so there is not one number for each. "
                    + "Say how its outputs are read otherwise", "outputs");
            case PretrainedOutputs.Found when count > 1 && isEach:
                throw Refused(options, $"gives a number for each of the {window} rows of a window: the row after each (steps), or the "
                    + $"{window} rows to come (rows)? Say which", "outputs");
            case PretrainedOutputs.Found when count > 1 && isColumns:
                throw Refused(options, $"gives {count} numbers for a window of {count} columns: all columns in the next row (columns), "
                    + $"or the target in the {count} rows to come (rows)? Say which", "outputs");
            case PretrainedOutputs.Found:
                return PretrainedOutputs.Rows;
            default:
                return options.Outputs;
        }
    }

    private static string Count(int count, string one, string? many = null) =>
        FormattableString.Invariant($"{count:N0} {(count == 1 ? one : many ?? one + "s")}");

    private static UnrollException Refused(PretrainedOptions options, string what, string? subject = null) =>
        new($"{options.Name} {what}.") { Subject = subject };
}
