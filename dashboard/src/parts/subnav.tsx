import { Link, useLocation } from 'wouter';

/** Links between the pages of one part of the dashboard. */
export function Subnav({
  label,
  links,
}: {
  label: string;
  links: readonly { href: string; label: string }[];
}) {
  const [path] = useLocation();
  return (
    <nav className="subnav" aria-label={label}>
      {links.map((link) => (
        <Link key={link.href} href={link.href} aria-current={path === link.href ? 'page' : undefined}>
          {link.label}
        </Link>
      ))}
    </nav>
  );
}
