using System.Globalization;
using System.Runtime.CompilerServices;

namespace Unroll.Layers;

/// <summary>
/// Options of layers are checked where they are set, so that a wrong one is an <see cref="ArgumentException"/> that names it, at the place
/// that gave it. What only the input can tell is an <see cref="UnrollException"/> when the layer is applied.
/// </summary>
internal static class Option
{
    public static int AtLeast(int least, int value, [CallerMemberName] string option = "") => value >= least
        ? value
        : throw new ArgumentOutOfRangeException(option, value,
            string.Create(CultureInfo.InvariantCulture, $"{option} must be at least {least}."));

    /// <summary>The same for an option that may be left out.</summary>
    public static int? AtLeast(int least, int? value, [CallerMemberName] string option = "") =>
        value is int given ? AtLeast(least, given, option) : null;

    /// <summary>A share: at least 0 and below 1.</summary>
    public static double Share(double value, [CallerMemberName] string option = "") => value is >= 0 and < 1
        ? value
        : throw new ArgumentOutOfRangeException(option, value, $"{option} must be at least 0 and below 1.");

    /// <summary>A number above 0 that a float can hold.</summary>
    public static double Positive(double value, [CallerMemberName] string option = "") => (float)value > 0 && float.IsFinite((float)value)
        ? value
        : throw new ArgumentOutOfRangeException(option, value, $"{option} must be a finite number above 0 in single precision.");

    /// <summary>A number of 0 or more.</summary>
    public static double NotNegative(double value, [CallerMemberName] string option = "") => value >= 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(option, value, $"{option} must be a finite number of at least 0.");

    /// <summary>A number that a float can hold.</summary>
    public static double Finite(double value, [CallerMemberName] string option = "") => float.IsFinite((float)value)
        ? value
        : throw new ArgumentOutOfRangeException(option, value, $"{option} must be a finite number in single precision.");

    /// <summary>An activation that a gate can have.</summary>
    public static Activation Gate(Activation value, [CallerMemberName] string option = "") =>
        NotNull(value, option) is { NeedsInput: false, IsElementwise: true } given
        ? given
        : throw new ArgumentException(
            $"{option} must be elementwise with a slope that follows from its value, such as Sigmoid; {value} is not. "
            + "For one of your own derive from Activation and override NeedsInput with false.", option);

    /// <summary>Something that is not null.</summary>
    public static T NotNull<T>(T value, [CallerMemberName] string option = "")
        where T : class => value ?? throw new ArgumentNullException(option, $"{option} is null. Leave it out for the usual one.");

    /// <summary>One of the values that an enumeration names.</summary>
    public static T Known<T>(T value, [CallerMemberName] string option = "")
        where T : struct, Enum => Enum.IsDefined(value)
        ? value
        : throw new ArgumentOutOfRangeException(option, value, $"{option} must be one of {string.Join(", ", Enum.GetNames<T>())}.");
}
