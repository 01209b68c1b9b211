using OxyPlot;

namespace Unroll.Reports.Rendering;

/// <summary>
/// The colours of Okabe and Ito (2008), which people with any of the common colour blindnesses can tell apart.
/// report.css holds the same on white, and lighter ones on dark.
/// </summary>
internal static class Palette
{
    public static readonly OxyColor Ink = OxyColor.FromRgb(0x1F, 0x23, 0x28);
    public static readonly OxyColor Quiet = OxyColor.FromRgb(0x59, 0x63, 0x6E);
    public static readonly OxyColor Grid = OxyColor.FromRgb(0xE4, 0xE7, 0xEB);
    public static readonly OxyColor Naive = OxyColor.FromRgb(0x80, 0x86, 0x8D);
    public static readonly OxyColor Marked = OxyColor.FromRgb(0xCC, 0x79, 0xA7);
    public static readonly OxyColor Train = OxyColor.FromRgb(0x00, 0x72, 0xB2);
    public static readonly OxyColor Test = OxyColor.FromRgb(0xE6, 0x9F, 0x00);
    public static readonly OxyColor Unused = OxyColor.FromRgb(0xB4, 0xBA, 0xC2);

    private static readonly OxyColor[] Models =
    [
        OxyColor.FromRgb(0xD5, 0x5E, 0x00),
        OxyColor.FromRgb(0x00, 0x72, 0xB2),
        OxyColor.FromRgb(0x00, 0x9E, 0x73),
        OxyColor.FromRgb(0xCC, 0x79, 0xA7),
    ];

    public static OxyColor Model(int index) => Models[index % Models.Length];
}
